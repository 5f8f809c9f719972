package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/lang"
	"example.org/tocsin/internal/notify/dispatch"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/store/delivery"
	"example.org/tocsin/internal/tocsin"
)

// emergencyEvery is how often it is looked who of the emergency list is to be asked.
const emergencyEvery = time.Hour

// contactPath is where people of the emergency list confirm, before the token.
const contactPath = "/contact/"

// contactToken is what the link of a letter to a contact has: made of when they were
// asked and of the master key, so that it is kept nowhere.
func contactToken(key []byte, c tocsin.Contact) string {
	return linkToken(key, fmt.Sprintf("%s %d", c.ID, tocsin.Micros(c.AskedAt)))
}

// linkToken is what a link has that is kept nowhere: made of what it is about and of a
// key.
func linkToken(key []byte, about string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(about))
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:20]))
}

// contactKey is the key of the tokens of letters to contacts.
func (a *App) contactKey() ([]byte, error) { return a.master.Derive("contact question") }

// askContacts has the people of the emergency list asked each quarter whether their
// mail and telephone are right, in the language of the channel that sends mail to
// people. Without one nobody is asked.
func (a *App) askContacts(ctx context.Context) error { return a.askContactsAt(ctx, time.Now()) }

func (a *App) askContactsAt(ctx context.Context, now time.Time) error {
	mailer := a.announcing.setup.Setup().Mailer()
	if mailer == nil {
		return nil
	}
	key, err := a.contactKey()
	if err != nil {
		return err
	}
	question, err := a.announcing.writer.AskContact(mailer.Language)
	if err != nil {
		return err
	}
	n, err := a.People.AskContacts(ctx, now, func(c tocsin.Contact) string { return contactToken(key, c) }, func(ctx context.Context, tx *store.Tx, c tocsin.Contact) error {
		return a.Deliveries.AskContact(ctx, tx, c.ID, question.Body(), now)
	})
	if n > 0 {
		a.announcing.dispatcher.Wake()
	}
	return err
}

// asked adds to found the people of the emergency list that endpoints stand for, who
// have not answered yet.
func (a *App) asked(ctx context.Context, keys []string, found map[string]dispatch.Recipient, now time.Time) error {
	wanted := map[string]bool{}
	for _, key := range keys {
		if id, ok := delivery.ContactOf(key); ok {
			wanted[id] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	key, err := a.contactKey()
	if err != nil {
		return err
	}
	list, err := a.People.Contacts(ctx)
	if err != nil {
		return err
	}
	language := a.mailLanguage()
	for _, c := range list {
		if wanted[c.ID] && c.Mail != "" && c.Asked(now) {
			found[delivery.ContactKey(c.ID)] = dispatch.Recipient{
				Address: c.Mail, Language: language, Zone: time.UTC, Page: a.Base() + lang.Prefix(language, lang.Languages()) + contactPath + contactToken(key, c),
			}
		}
	}
	return nil
}

// mailLanguage is the language in which people of the emergency list are mailed:
// that of the channel that does.
func (a *App) mailLanguage() string {
	if mailer := a.announcing.setup.Setup().Mailer(); mailer != nil {
		return mailer.Language
	}
	return "en"
}
