// Command tocsin collects service health and message-center posts, keeps every
// version, serves them again and shows them.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"example.org/tocsin/internal/cli"
)

func main() {
	os.Exit(run())
}

// run exists so that deferred calls happen before the process exits.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, cli.Env{
		Args:   os.Args[1:],
		Getenv: os.Getenv, Environ: os.Environ,
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	})
}
