package sys

import (
	"fmt"
	"os"
	"testing"
)

// envCalls names, in a process that runs under strace, the calls that it makes.
const envCalls = "BYHAND_TEST_CALLS"

func TestMain(m *testing.M) {
	if name := os.Getenv(envCalls); name != "" {
		if err := makeCalls(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
