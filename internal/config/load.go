package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"example.org/tocsin/internal/tocsin"
)

// A Secret prints as a placeholder wherever it is formatted, logged or
// marshalled. Only Reveal returns the value.
type Secret string

const redacted = "[redacted]"

func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalYAML tells whether there is a secret, and not which.
func (s Secret) MarshalYAML() (any, error) {
	if s == "" {
		return "", nil
	}
	return redacted, nil
}

// Reveal returns the secret itself. Call it where the secret is used.
func (s Secret) Reveal() string { return string(s) }

// A Duration is written as in "3m" or "90s".
type Duration time.Duration

// UnmarshalYAML reads the form that [time.ParseDuration] reads.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	if err != nil {
		return fmt.Errorf("%q is no duration such as 3m", tocsin.Clip(node.Value, 40))
	}
	if parsed <= 0 {
		return fmt.Errorf("%q is no time to wait; leave the key out for the usual one", tocsin.Clip(node.Value, 40))
	}
	*d = Duration(parsed)
	return nil
}

// MarshalYAML writes the form that UnmarshalYAML reads: nothing for the usual
// time, which 0 stands for.
func (d Duration) MarshalYAML() (any, error) {
	if d == 0 {
		return nil, nil
	}
	return time.Duration(d).String(), nil
}

// Load reads the file at path, or starts from [Default] when path is empty, and
// applies the environment: TOCSIN_SERVER_LISTEN for server.listen and so on. A
// file that was named must exist. It does not validate.
func Load(path string, getenv func(string) string) (Config, error) {
	return load(path, getenv, false)
}

// load is Load; partly also fills in what can be read of a file with problems,
// for whoever looks for more of them.
func load(path string, getenv func(string) string, partly bool) (Config, error) {
	c := Default()
	var problem error
	if path != "" {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return c, tocsin.Invalidf("config", "There is no file %s.", path)
		}
		if err != nil {
			return c, fmt.Errorf("read settings: %w", err)
		}
		if problem = parse(text, getenv, &c, partly); problem != nil && !partly {
			return c, problem
		}
	}
	if err := applyEnvironment(reflect.ValueOf(&c).Elem(), "TOCSIN", getenv); err != nil {
		return c, errors.Join(problem, err)
	}
	return c, errors.Join(problem, c.fillSecrets(getenv))
}

// fillSecrets reads secrets from the variables and files that the settings name. A secret
// that is written out as well is refused: which of the two counts?
func (c *Config) fillSecrets(getenv func(string) string) error {
	var problems []error
	fill := func(key string, secret *Secret, variable, file string) {
		switch {
		case variable == "" && file == "":
		case variable != "" && file != "":
			problems = append(problems, tocsin.Invalidf(key+".secretFile", "There is a secretEnv beside it: remove one of the two."))
		case *secret != "":
			problems = append(problems, tocsin.Invalidf(key+".secret", "There is a %s beside it: remove one of the two.", map[bool]string{true: "secretEnv", false: "secretFile"}[variable != ""]))
		case variable != "":
			*secret = Secret(getenv(variable))
		default:
			content, err := readSecret(file)
			if err != nil {
				problems = append(problems, tocsin.Invalidf(key+".secretFile", "%v", err))
			}
			*secret = content
		}
	}
	c.eachSecret(fill)
	return errors.Join(problems...)
}

// eachSecret visits the secrets that may be read from a variable or a file, each
// with the key of what it belongs to.
func (c *Config) eachSecret(visit func(key string, secret *Secret, variable, file string)) {
	for i := range c.SignIn.OIDC {
		p := &c.SignIn.OIDC[i]
		visit(fmt.Sprintf("signIn.oidc[%d]", i), &p.Secret, p.SecretEnv, p.SecretFile)
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		key := fmt.Sprintf("tenants[%d]", i)
		visit(key, &t.Secret, t.SecretEnv, t.SecretFile)
		for j := range t.Sources {
			visit(fmt.Sprintf("%s.sources[%d]", key, j), &t.Sources[j].Secret, t.Sources[j].SecretEnv, t.Sources[j].SecretFile)
		}
	}
}

// maxSecret is the longest file of a secret, in bytes.
const maxSecret = 4096

// readSecret reads a file that holds a secret alone. The blanks around it are no
// part of it.
func readSecret(path string) (Secret, error) {
	content, err := os.ReadFile(path)
	switch text := strings.TrimSpace(string(content)); {
	case err != nil:
		return "", fmt.Errorf("the file %s cannot be read", path)
	case text == "" || len(text) > maxSecret || strings.ContainsAny(text, "\n\x00"):
		return "", fmt.Errorf("the file %s holds no secret: one line of up to %d bytes", path, maxSecret)
	default:
		return Secret(text), nil
	}
}

// applyEnvironment sets each single value from the variable that is called like
// its key. A list of texts is parted by commas. Lists of more, such as the
// tenants, come from the file alone, and a variable for one is refused.
func applyEnvironment(v reflect.Value, prefix string, getenv func(string) string) error {
	for i := range v.NumField() {
		field := v.Field(i)
		name := variableOf(prefix, v.Type().Field(i))
		if field.Kind() == reflect.Struct {
			if err := applyEnvironment(field, name, getenv); err != nil {
				return err
			}
			continue
		}
		value := getenv(name)
		switch {
		case value == "":
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.String:
			var list []string
			for text := range strings.SplitSeq(value, ",") {
				list = append(list, strings.TrimSpace(text))
			}
			field.Set(reflect.ValueOf(list))
		case field.Kind() == reflect.Slice:
			return tocsin.Invalidf(name, "It is a list that only the settings file has.")
		case field.Kind() == reflect.String:
			field.SetString(value)
		default:
			if err := yaml.Unmarshal([]byte(value), field.Addr().Interface()); err != nil {
				return tocsin.Invalidf(name, "%q is no value for it.", tocsin.Clip(value, 40))
			}
		}
	}
	return nil
}

// variableOf is the variable that takes the place of a key below prefix.
func variableOf(prefix string, key reflect.StructField) string {
	name, _, _ := strings.Cut(key.Tag.Get("yaml"), ",")
	return prefix + "_" + strings.ToUpper(name)
}

func parse(text []byte, getenv func(string) string, c *Config, partly bool) error {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return &tocsin.Error{Kind: tocsin.ErrInvalid, Field: "config", Message: malformed(err)}
	}
	if root.Kind == 0 {
		return nil // an empty file
	}
	if err := expand(&root, getenv); err != nil {
		return err
	}
	var r reading
	r.value(root.Content[0], reflect.TypeFor[Config](), "", 0)
	if len(r.problems) > 0 {
		if partly {
			_ = root.Decode(c) // the problems are known
		}
		return errors.Join(r.problems...)
	}
	if err := root.Decode(c); err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	return nil
}

// malformed says where a file stops being YAML, in the words of its reader
// without the reader's name.
func malformed(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	place, problem, ok := strings.Cut(strings.TrimPrefix(line, "yaml: "), ": ")
	if !ok {
		return "This is no YAML: " + place + "."
	}
	return "This is no YAML, " + place + ": " + problem + "."
}

var variable = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces variables in values, after parsing, so that what a variable
// holds cannot add keys.
func expand(node *yaml.Node, getenv func(string) string) error {
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "$") {
		var missing string
		node.Value = variable.ReplaceAllStringFunc(node.Value, func(match string) string {
			if match == "$$" {
				return "$"
			}
			name := match[2 : len(match)-1]
			value := getenv(name)
			if value == "" {
				missing = name
			}
			return value
		})
		node.Style = yaml.DoubleQuotedStyle
		if missing != "" {
			return tocsin.Invalidf("config", "Line %d: the environment variable %s is not set.", node.Line, missing)
		}
	}
	for _, child := range node.Content {
		if err := expand(child, getenv); err != nil {
			return err
		}
	}
	return nil
}

// MakeDirectories creates the data directory, and that of a database file
// elsewhere, for their owner alone.
func MakeDirectories(c Config) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("create data directory: %w", err)
	}
	if c.Database == "" || strings.Contains(c.Database, "://") {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.Database), 0o700); err != nil {
		return fmt.Errorf("create database directory: %w", err)
	}
	return nil
}
