package ports

import (
	"os"
	"testing"

	"byhand/lab/process"
)

func TestMain(m *testing.M) {
	if process.IsChild() {
		os.Exit(process.ChildMain(process.Table{
			Stage: process.Typed(Inside), "lo": process.Typed(loopback), "listen": process.Typed(listener),
		}))
	}
	os.Exit(m.Run())
}
