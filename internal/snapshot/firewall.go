package snapshot

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// firewall lists the tables, chains, rules and sets of nftables, and of the older
// iptables which tables are there.
func firewall(Options) ([]Item, error) {
	var items []Item
	for _, file := range []string{"ip_tables_names", "ip6_tables_names", "arp_tables_names"} {
		text, _ := os.ReadFile("/proc/thread-self/net/" + file) // there once the module is
		for _, name := range strings.Fields(string(text)) {
			items = append(items, Item{Key: fmt.Sprintf("%s: %s", file, name)})
		}
	}
	c, err := nftables.New()
	if err != nil {
		return nil, err
	}
	tables, err := c.ListTables()
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		items = append(items, Item{Key: tableKey(t), Value: fmt.Sprint(t.Flags)})
		sets, err := c.GetSets(t)
		if err != nil {
			return nil, err
		}
		for _, s := range sets {
			items = append(items, Item{Key: fmt.Sprintf("%s, set %s", tableKey(t), s.Name), Value: s.KeyType.Name})
		}
	}
	chains, err := c.ListChains()
	if err != nil {
		return nil, err
	}
	for _, chain := range chains {
		key := fmt.Sprintf("%s, chain %s", tableKey(chain.Table), chain.Name)
		value, err := json.Marshal([]any{chain.Type, chain.Hooknum, chain.Priority, chain.Policy})
		if err != nil {
			return nil, err
		}
		items = append(items, Item{Key: key, Value: string(value)})
		rules, err := c.GetRules(chain.Table, chain)
		if err != nil {
			return nil, err
		}
		for _, r := range rules {
			text, err := ruleText(r)
			if err != nil {
				return nil, err
			}
			items = append(items, Item{Key: fmt.Sprintf("%s, rule %d", key, r.Handle), Value: text})
		}
	}
	return items, nil
}

func tableKey(t *nftables.Table) string { return fmt.Sprintf("table %d %s", t.Family, t.Name) }

// ruleText is what a rule does, without what it has counted.
func ruleText(r *nftables.Rule) (string, error) {
	var words []string
	for _, e := range r.Exprs {
		if _, counts := e.(*expr.Counter); counts {
			e = &expr.Counter{}
		}
		text, err := json.Marshal(e)
		if err != nil {
			return "", err
		}
		words = append(words, strings.TrimPrefix(fmt.Sprintf("%T", e), "*expr.")+string(text))
	}
	return strings.Join(words, " "), nil
}
