// Package cli is the command line: one file per command. A command parses its
// arguments, calls package app and prints; it decides nothing itself. Exit
// codes: 0 done, 1 failed, 2 used wrongly; those of check are Nagios's.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/tocsin"
)

// Env is what a command may use of the operating system.
type Env struct {
	Args   []string
	Getenv func(string) string
	// Environ returns the variables as NAME=VALUE; nil where only some can be
	// asked for by name.
	Environ func() []string
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// root is every command and the flags that all of them take.
type root struct {
	Config   string `help:"Settings file. Default: tocsin.yaml here, if there is one." env:"TOCSIN_CONFIG" placeholder:"FILE"`
	Data     string `help:"Directory of the database and the key file. Default: ${data}." placeholder:"DIR"`
	Database string `help:"SQLite file or postgres:// URL. Default: DATA/tocsin.db." placeholder:"DSN"`
	Output   string `help:"How results are printed: text, json or, for lists, csv." enum:"text,json,csv" default:"text"`
	LogLevel string `help:"Least level that is logged: debug, info, warn or error." placeholder:"LEVEL"`

	Demo     demoCmd     `cmd:"" help:"Run a desk with three made-up tenants and an incident that unfolds while you watch. Example: tocsin demo --speed 10"`
	Serve    serveCmd    `cmd:"" help:"Run the desk: collect, serve both APIs, show the pages. Example: tocsin serve --listen 127.0.0.1:8080"`
	Tenant   tenantCmd   `cmd:"" help:"Add and list tenants."`
	User     userCmd     `cmd:"" help:"Add, list and disable people."`
	Team     teamCmd     `cmd:"" help:"Add, list and remove teams."`
	Site     siteCmd     `cmd:"" help:"Add, list and remove sites."`
	Contact  contactCmd  `cmd:"" help:"Add, list and remove how people and teams are reached outside of the provider."`
	Client   clientCmd   `cmd:"" help:"Add, list and revoke API clients."`
	Token    tokenCmd    `cmd:"" help:"Create access tokens."`
	Key      keyCmd      `cmd:"" help:"List and change the keys that sign access tokens."`
	Import   importCmd   `cmd:"" help:"Store notices from files. Example: tocsin import issues.json messages.json --tenant contoso"`
	Export   exportCmd   `cmd:"" help:"Write what the desk knows as files."`
	Attach   attachCmd   `cmd:"" help:"Keep the review document of an issue, or an attachment of a message. Example: tocsin attach MO821132 review.docx --tenant contoso"`
	Collect  collectCmd  `cmd:"" help:"Poll the sources of the settings file. Example: tocsin collect --once --tenant contoso"`
	Backup   backupCmd   `cmd:"" help:"Make, check and open backups."`
	Restore  restoreCmd  `cmd:"" help:"Put a backup back, on the engine that it comes from or the other one. Nothing old is sent, and everybody signs in anew. Example: tocsin restore desk.backup --identity backup.key"`
	Verify   verifyCmd   `cmd:"" help:"Check the hash chains of versions and of the audit log. Example: tocsin verify --tenant contoso"`
	Consumer consumerCmd `cmd:"" help:"List the consumers of changes, and have a change that one skipped tried again."`
	Route    routeCmd    `cmd:"" help:"Show who hears of what, and try it."`
	Delivery deliveryCmd `cmd:"" help:"List what was told to whom, have it sent again, and say why somebody was told or was not."`
	Channel  channelCmd  `cmd:"" help:"Test a channel of the settings."`
	Silence  silenceCmd  `cmd:"" help:"Add, list and end silences."`
	Map      mapCmd      `cmd:"" help:"Import, export and check the map of what services carry."`
	Incident incidentCmd `cmd:"" help:"Handle what fails: open incidents, do steps, write into the timeline, close them."`
	Request  requestCmd  `cmd:"" help:"Support requests: to the desk, and for the provider."`
	Engine   engineCmd   `cmd:"" help:"Try the translation engines of the settings."`
	Memory   memoryCmd   `cmd:"" name:"translation" help:"Read and write the translation memory and its glossary."`
	Subs     subsCmd     `cmd:"" name:"subscription" help:"Add, list and remove subscriptions: who asked to be told of what."`
	Repair   repairCmd   `cmd:"" help:"Put right what faults of older versions left in the archive: services made of issues, states without a time that outrank later ones, versions that say nothing new. Example: tocsin repair --dry-run"`
	Health   healthCmd   `cmd:"" help:"Show the status of services."`
	Issue    issueCmd    `cmd:"" help:"Read issues, and write those of one's own services."`
	Message  messageCmd  `cmd:"" help:"Read messages, and write one's own."`
	Service  serviceCmd  `cmd:"" help:"Add services of one's own."`
	Probe    probeCmd    `cmd:"" help:"Look at the network from this seat: is it ours or theirs?"`
	Triage   triageCmd   `cmd:"" help:"Read calls that were qualified: ours or theirs."`
	Report   reportCmd   `cmd:"" help:"Read what the staff report, and erase what a person left."`
	Known    knownCmd    `cmd:"" name:"knowledge" help:"Read what is known to help, and put it into own words."`
	Check    checkCmd    `cmd:"" help:"Check services for Nagios and its kin: exit code 0 well, 1 warning, 2 critical, 3 unknown. Example: tocsin check --tenant contoso --service Exchange"`
	Migrate  migrateCmd  `cmd:"" help:"Create the database or bring it to this version. Example: tocsin migrate --database postgres:///tocsin"`
	Conf     configCmd   `cmd:"" name:"config" help:"Check and show the settings."`
	Version  versionCmd  `cmd:"" help:"Print the version of the program. Example: tocsin version --output json"`
}

// exit is what kong panics with to leave after --help.
type exit int

// Main runs one command and returns the exit code.
func Main(ctx context.Context, env Env) (code int) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case exit:
			code = int(e)
		default:
			panic(e)
		}
	}()
	ctx = tocsin.WithActor(ctx, tocsin.Actor{Name: tocsin.CommandLine})
	var flags root
	parser := newParser(ctx, env, &flags)
	command, err := parser.Parse(spelt(env.Args))
	if err != nil {
		return misused(env, parsedCommand(env, err), err)
	}
	if flags.Output == "csv" && command.Selected().Name != "list" {
		return misused(env, commandOf(command), errors.New("only lists are printed as csv"))
	}
	if err := command.Run(&session{root: &flags, env: env}); err != nil {
		return report(env.Stderr, err)
	}
	return exitDone
}

// spelt returns the arguments as this program spells them: people also try
// --version, help and help COMMAND.
func spelt(args []string) []string {
	switch {
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	}
	return args
}

// misused says that a command was used wrongly, and where its help is. A
// monitoring system reads 2 as critical, so that a check is unknown then.
func misused(env Env, command []string, err error) int {
	code := exitUsage
	if len(command) > 0 && command[0] == "check" {
		code = report(env.Stderr, failedCheck(env, err))
	} else {
		fmt.Fprintf(env.Stderr, "tocsin: %v\n", err)
	}
	fmt.Fprintln(env.Stderr, strings.Join(append(append([]string{"Try: tocsin"}, command...), "--help"), " "))
	return code
}

// parsedCommand is the command that was meant where the arguments cannot be
// read, word by word.
func parsedCommand(env Env, err error) []string {
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil {
		if words := commandOf(parse.Context); len(words) > 0 {
			return words
		}
	}
	if slices.Contains(env.Args, "check") {
		return []string{"check"}
	}
	return nil
}

func commandOf(c *kong.Context) (words []string) {
	for _, step := range c.Path {
		if step.Command != nil {
			words = append(words, step.Command.Name)
		}
	}
	return words
}

// report prints err for a person, a line for each problem, and picks the exit
// code: what the caller got wrong is 2, everything else 1.
func report(w io.Writer, err error) int {
	if v, ok := errors.AsType[verdictError](err); ok {
		return int(v.verdict) // it was printed as monitoring systems expect it
	}
	if said, ok := errors.AsType[saidError](err); ok {
		return int(said)
	}
	for line := range strings.Lines(explained(err)) {
		fmt.Fprintf(w, "tocsin: %s\n", strings.TrimRight(line, "\n"))
	}
	if errors.Is(err, tocsin.ErrInvalid) {
		return exitUsage
	}
	return exitFailed
}

// A saidError ends a command that has printed what is wrong, with an exit code.
type saidError int

func (e saidError) Error() string { return "exit code " + strconv.Itoa(int(e)) }

// explained is the text of err without what the database calls it: what exists
// already or does not exist is said in the words of the command alone.
func explained(err error) string {
	text := err.Error()
	e, ok := errors.AsType[*tocsin.Error](err)
	if !ok || e.Cause == nil || e.Kind != tocsin.ErrConflict && e.Kind != tocsin.ErrNotFound { //nolint:errorlint // the kind itself
		return text
	}
	return strings.Replace(text, ": "+e.Cause.Error(), "", 1)
}

// session is one run of a command.
type session struct {
	*root
	env Env
}

// settings are the settings file with the environment and the flags applied.
func (s *session) settings() (config.Config, error) {
	c, err := config.Load(s.settingsFile(), s.env.Getenv)
	if err != nil {
		return c, err
	}
	for flag, target := range map[*string]*string{&s.Data: &c.Data, &s.Database: &c.Database, &s.LogLevel: &c.Log.Level} {
		if *flag != "" {
			*target = *flag
		}
	}
	return c, nil
}

// settingsFile is the path of the settings file, "" where there is none.
func (s *session) settingsFile() string {
	if s.Config != "" {
		return s.Config
	}
	if _, err := os.Stat("tocsin.yaml"); err == nil {
		return "tocsin.yaml"
	}
	return ""
}

// logger writes to standard error in the configured form.
func (s *session) logger(c config.Config) *slog.Logger {
	log, _ := s.logging(c)
	return log
}

// logging is the same with a level that can be changed.
func (s *session) logging(c config.Config) (*slog.Logger, *slog.LevelVar) {
	level := &slog.LevelVar{}
	_ = app.SetLevel(level, c.Log.Level) // validated before
	options := &slog.HandlerOptions{Level: level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(s.env.Stderr, options)), level
	}
	return slog.New(slog.NewTextHandler(s.env.Stderr, options)), level
}

// validSettings reads the settings, which must be valid.
func (s *session) validSettings() (config.Config, error) {
	c, err := s.settings()
	if err == nil {
		err = c.Validate()
	}
	return c, err
}

// prepare reads the settings, which must be valid, and makes the directories
// that they name.
func (s *session) prepare() (config.Config, error) {
	c, err := s.validSettings()
	if err == nil {
		err = config.MakeDirectories(c)
	}
	return c, err
}

// openStore opens the archive that the settings name.
func (s *session) openStore(ctx context.Context) (*app.Rooms, config.Config, error) {
	c, err := s.prepare()
	if err != nil {
		return nil, c, err
	}
	desk, err := app.OpenRooms(ctx, c)
	return desk, c, err
}

// openToRead opens the archive that the settings name for a command that only
// reads. It makes no directory and no database.
func (s *session) openToRead(ctx context.Context) (*app.Rooms, config.Config, error) {
	c, err := s.validSettings()
	if err != nil {
		return nil, c, err
	}
	desk, err := app.OpenToRead(ctx, c)
	return desk, c, err
}

// print writes v as JSON, or as a table if it is a list, or calls text, as the
// caller asked for.
func (s *session) print(v any, text func(w io.Writer)) error {
	switch s.Output {
	case "text":
		text(s.env.Stdout)
		return nil
	case "csv":
		return printTable(s.env.Stdout, v)
	}
	encoder := json.NewEncoder(s.env.Stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// date is t as it stands in JSON, "" for none.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return tocsin.FormatTime(t)
}
