package apertium

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// modes is where Debian's packages of language pairs put how they are run.
const modes = "/usr/share/apertium/modes"

// patience bounds the start of a server, which takes two seconds.
const patience = 30 * time.Second

// ErrNotInstalled says that this machine has no apertium-apy or no language
// pairs (Debian: apertium-apy, apertium-eng-spa, apertium-eng-cat,
// apertium-fra-cat).
var ErrNotInstalled = errors.New("apertium-apy or its language pairs are not installed")

// onLoopback is run in place of the server's own start: that one listens on every
// interface and has no option for an address. It prints the port that it got.
const onLoopback = `
from tornado import netutil, tcpserver
def bind(self, port, *args, **more):
    sockets = netutil.bind_sockets(port, "127.0.0.1")
    self._pending_sockets.extend(sockets)
    print(sockets[0].getsockname()[1], flush=True)
tcpserver.TCPServer.bind = bind
from apertium_apy.apy import main
main()
`

// A Local is a server that this process started, for demonstrations and tests.
// It listens on 127.0.0.1 and ends with this process.
type Local struct {
	Address string
	command *exec.Cmd
}

// StartLocal starts the apertium-apy that is installed on this machine. The error
// wraps [ErrNotInstalled] when there is none. The caller closes it.
func StartLocal(ctx context.Context) (*Local, error) {
	python, err := interpreter()
	if err != nil {
		return nil, err
	}
	if pairs, err := os.ReadDir(modes); err != nil || len(pairs) == 0 {
		return nil, fmt.Errorf("%w: there are no pairs in %s", ErrNotInstalled, modes)
	}
	command := exec.Command(python, "-c", onLoopback, "--port", "0", modes)
	command.Env = []string{"LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH")}
	command.Dir = os.TempDir()
	command.SysProcAttr = dieTogether()
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start apertium-apy: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start apertium-apy: %w", err)
	}
	l := &Local{command: command}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stop := context.AfterFunc(ctx, l.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	port, notPort := strconv.ParseUint(strings.TrimSpace(line), 10, 16)
	if !stop() || err != nil || notPort != nil {
		l.Close()
		return nil, errors.New("start apertium-apy: it did not say where it listens")
	}
	l.Address = fmt.Sprintf("http://127.0.0.1:%d", port)
	return l, nil
}

// Close ends the server and waits for it.
func (l *Local) Close() {
	l.kill()
	_ = l.command.Wait() // it was killed
}

// interpreter returns the Python that the server is installed for, which need
// not be the first one on the PATH.
func interpreter() (string, error) {
	path, err := exec.LookPath("apertium-apy")
	if err != nil {
		return "", fmt.Errorf("%w: %s is not on the PATH", ErrNotInstalled, "apertium-apy")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	python, ok := strings.CutPrefix(strings.TrimSpace(line), "#!")
	if !ok || !strings.Contains(python, "python") || strings.ContainsAny(python, " \t") {
		return "", fmt.Errorf("%w: %s is no script of Python", ErrNotInstalled, path)
	}
	return python, nil
}
