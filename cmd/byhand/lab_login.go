package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"byhand/lab/registry"
)

// newLabLogin keeps credentials for a registry where Docker keeps them.
func newLabLogin() *cobra.Command {
	var user string
	var fromStdin bool
	c := &cobra.Command{
		Use: "login [REGISTRY]", Short: "keep credentials for a registry", Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			host := "index.docker.io"
			if len(args) == 1 {
				host = args[0]
			}
			if user == "" {
				return &exit{code: exitUsage, err: errors.New("whose credentials?"), hints: []string{c.CommandPath() + " -u NAME " + host}}
			}
			password, err := readPassword(c, fromStdin)
			if err != nil {
				return err
			}
			if err := (&registry.Client{}).Login(c.Context(), host, user, password); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "Login Succeeded")
			return nil
		},
	}
	c.Flags().StringVarP(&user, "username", "u", "", "the user's name")
	c.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	return c
}

// readPassword asks on the terminal, without showing what is typed, or reads
// standard input. There is no flag for it: every user sees the arguments of
// every process.
func readPassword(c *cobra.Command, fromStdin bool) (string, error) {
	if fromStdin {
		b, err := io.ReadAll(io.LimitReader(c.InOrStdin(), 64<<10))
		return strings.TrimRight(string(b), "\r\n"), err
	}
	in, ok := c.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", &exit{code: exitUsage, err: errors.New("standard input is no terminal to ask for the password"), hints: []string{"byhand lab login -u NAME --password-stdin REGISTRY <FILE"}}
	}
	fmt.Fprint(c.ErrOrStderr(), "Password: ")
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(c.ErrOrStderr())
	return string(b), err
}
