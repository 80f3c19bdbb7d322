#!/bin/bash
# Goes through the whole course in the machine, as a learner does, and wants
# nothing of it to stand afterwards.
#   course.sh byhand|"sudo byhand" [LESSON, LESSON: those that can't run here]
set -euo pipefail
read -ra byhand <<<"$1"
unable=${2-}

fail() {
	echo "course.sh: $*" >&2
	exit 1
}

# compare says what stands that a lesson could have left behind, or went with it:
# doctor's comparison, and the benches.
compare() {
	sudo byhand doctor --compare "$before" --all || return 1
	! sudo find /var/lib/byhand "$HOME/.local/state/byhand/bench" -mindepth 1 2>/dev/null | grep .
}

# systemd takes its scopes down a moment after their last process has ended.
as_before() {
	for _ in {1..5}; do
		if compare >/dev/null 2>&1; then return; fi
	done
	compare >&2 || fail "this stands after $1, or went with it"
}

# Ubuntu keeps user namespaces from ordinary users; so byhand doctor mends it.
if [ -e /proc/sys/kernel/apparmor_restrict_unprivileged_userns ]; then
	sudo sysctl -qw kernel.apparmor_restrict_unprivileged_userns=0
fi
# The user's own bus starts when it is first spoken to, and stays; byhand speaks
# to it, for a scope.
busctl --user list >/dev/null 2>&1 || true
before=$(mktemp -d)/before
sudo byhand doctor --snapshot "$before"
echo "course.sh: doctor"
"${byhand[@]}" doctor

echo "course.sh: the course"
status=0
"${byhand[@]}" next --all --yes || status=$?
done=$("${byhand[@]}" status --json | grep -o '"lesson":"[^"]*"\|"done":[a-z]*' | paste -d ' ' - -)
echo "$done"
left=$(sed -n 's/"lesson":"\(.*\)" "done":false/\1/p' <<<"$done" | paste -sd , | sed 's/,/, /g')
[ "$left" = "$unable" ] || fail "lessons not done: '$left'; want '$unable'"
want=0
[ -z "$unable" ] || want=4
[ $status = $want ] || fail "next --all ended with status $status; want $want"
as_before "the course"

echo "course.sh: a sandbox that is kept"
"${byhand[@]}" proc-mounts --yes --keep >/dev/null
! compare >/dev/null 2>&1 || fail "nothing stands after --keep, or it is not seen"
"${byhand[@]}" clean
as_before "byhand clean"
