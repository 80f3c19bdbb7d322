// Package monitor stands beside a container as long as it lives: one process
// for each, which started it, holds its input, output and terminal, writes its
// log, lets clients attach, and waits for its end. There is no daemon: when the
// container has ended, so does its monitor.
//
// The container ends with its monitor too, should somebody kill that: the
// kernel sees to it (prctl(2), PR_SET_PDEATHSIG).
package monitor
