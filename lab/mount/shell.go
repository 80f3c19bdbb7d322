package mount

import (
	"cmp"
	"strings"
)

// Shell returns the commands of bash that attach what a Spec of type bind
// describes, for util-linux 2.38 and later; nil for any other type. root is the
// container's root as a word of the shell, quoted where it has to be, such as
// `"$LAB"/root`. The target must exist, and no symbolic link may lead out of root.
func (s Spec) Shell(root string) []string {
	if s.Type != TypeBind {
		return nil
	}
	source, target := quote(s.Source), root+quote(s.Target)
	bind := "mount --rbind -- "
	if s.Bind.NonRecursive {
		bind = "mount --bind -- "
	}
	lines := []string{
		bind + source + " " + target,
		"mount --make-" + string(cmp.Or(s.Bind.Propagation, RPrivate)) + " -- " + target,
	}
	remount := "mount -o remount,bind,ro -- "
	switch {
	case s.ReadOnly && s.Bind.WritableBelow:
		lines = append(lines, remount+target)
	case s.ReadOnly:
		// ro=recursive would need util-linux 2.39. findmnt writes a space in a
		// name as \x20, which printf turns back.
		lines = append(lines, "findmnt -nro TARGET -R -- "+target+` | while read -r at; do `+remount+`"$(printf %b "$at")"; done`)
	}
	return lines
}

// quote makes a word of the shell of any text; plain ones stay as they are.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:,@%", r)
	}
	if text != "" && strings.TrimLeftFunc(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
