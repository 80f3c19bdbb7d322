package image

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// text writes the list as "user::rw-,user:1000:r--,mask::rw-,other::---".
func (l acl) text() string {
	var out []string
	for _, e := range l {
		for _, t := range aclTags {
			if t.tag != e.tag {
				continue
			}
			who := ""
			if t.named {
				who = strconv.FormatUint(uint64(e.id), 10)
			}
			perm := []byte("rwx")
			for i := range perm {
				if e.perm&(4>>i) == 0 {
					perm[i] = '-'
				}
			}
			out = append(out, t.word+":"+who+":"+string(perm))
		}
	}
	return strings.Join(out, ",")
}

// parseACLText reads such a text, entries on lines or between commas. bsdtar
// adds the number of a named user as a fourth field; a name alone means
// somebody on another machine, and is an error.
func parseACLText(text string) (acl, error) {
	var list acl
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' }) {
		part, _, _ = strings.Cut(part, "#") // getfacl(1) remarks on effective rights there
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		e, err := parseACLEntry(strings.Split(part, ":"))
		if err != nil {
			return nil, fmt.Errorf("access control entry %q: %w", part, err)
		}
		list = append(list, e)
	}
	return list, nil
}

func parseACLEntry(fields []string) (aclEntry, error) {
	e := aclEntry{id: aclNoID}
	if len(fields) == 2 { // some write "other:r--"
		fields = []string{fields[0], "", fields[1]}
	}
	if len(fields) < 3 {
		return e, errors.New("too few fields")
	}
	for _, t := range aclTags {
		if t.word == fields[0] && t.named == (fields[1] != "") {
			e.tag = t.tag
		}
	}
	if e.tag == 0 {
		return e, errors.New("unknown tag")
	}
	for _, c := range fields[2] {
		i := strings.IndexRune("xwr", c)
		if i < 0 && c != '-' {
			return e, fmt.Errorf("unknown right %q", c)
		}
		if i >= 0 {
			e.perm |= 1 << i
		}
	}
	if fields[1] == "" {
		return e, nil
	}
	who := fields[1]
	if len(fields) > 3 && fields[3] != "" {
		who = fields[3]
	}
	id, err := strconv.ParseUint(who, 10, 32)
	if err != nil {
		return e, fmt.Errorf("no number for %q", who)
	}
	e.id = uint32(id)
	return e, nil
}
