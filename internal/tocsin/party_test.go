package tocsin_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/tocsin/internal/tocsin"
)

func TestPartiesAreWrittenAndRead(t *testing.T) {
	t.Parallel()
	const id = "0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57"
	for text, want := range map[string]tocsin.Party{
		"": {}, "user:" + id: tocsin.UserParty(id), "Team:0B7C2F0E-5D1A-4C8E-9A3B-2F6D8E1C4B57": tocsin.TeamParty(id),
	} {
		if got, ok := tocsin.ParseParty(text); !ok || got != want {
			t.Errorf("ParseParty(%q) = %v, %v, want %v", text, got, ok, want)
		}
		if got, ok := tocsin.ParseParty(want.String()); !ok || got != want {
			t.Errorf("%v is not what it is written as", want)
		}
	}
	for _, text := range []string{"user", "user:", "user:kim", "site:" + id, id, " user:" + id, "user:" + id + "x", "kim"} {
		if got, ok := tocsin.ParseParty(text); ok {
			t.Errorf("ParseParty(%q) = %v, want it refused", text, got)
		}
	}
	if !tocsin.UserParty("").IsZero() || tocsin.TeamParty("").String() != "" {
		t.Error("nobody is somebody")
	}
}

func TestFindParty(t *testing.T) {
	t.Parallel()
	const id, other = "0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b57", "0b7c2f0e-5d1a-4c8e-9a3b-2f6d8e1c4b58"
	list := []tocsin.NamedParty{
		{Party: tocsin.UserParty(id), Name: "Kim", Account: "kim@contoso.example"}, {Party: tocsin.TeamParty(id), Name: "Mail"}, {Party: tocsin.TeamParty(other), Name: "mail"},
	}
	for text, want := range map[string]tocsin.Party{"": {}, " ": {}, "KIM": tocsin.UserParty(id), " kim@Contoso.example ": tocsin.UserParty(id), "team:" + other: tocsin.TeamParty(other)} {
		if got, err := tocsin.FindParty(list, "owner", text); err != nil || got != want {
			t.Errorf("FindParty(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"Mail", "joe", "user:joe", strings.Repeat("x", 1000)} {
		if got, err := tocsin.FindParty(list, "owner", text); !errors.Is(err, tocsin.ErrInvalid) || !got.IsZero() || len(err.Error()) > 200 {
			t.Errorf("FindParty(%.20q) = %v, %v, want ErrInvalid", text, got, err)
		}
	}
}
