package archive

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"example.org/tocsin/internal/plaintext"
	"example.org/tocsin/internal/store"
	"example.org/tocsin/internal/tocsin"
)

// textsVersion grows when searchable gives other texts than before;
// all are made anew then.
const textsVersion = 1

// A SearchQuery says what is looked for in one tenant.
type SearchQuery struct {
	// Terms are what the text of an item contains: of each at least one of the
	// words for it, in whatever case; see [plaintext.Fold]. No sign has a meaning
	// of its own.
	Terms   [][]plaintext.Term
	Kinds   []tocsin.Kind // issues, messages; both when empty
	Private bool          // also messages about data privacy
	Limit   int
	Offset  int
}

// Limits of a query.
const (
	maxTerms = 8
	maxAlike = 24  // words for one term
	maxTerm  = 200 // characters
)

// trigram is the length from which the index helps, maxGrams about how many of
// them are looked up for one term.
const (
	trigram  = 3
	maxGrams = 12
)

// newest is how many of the last modified documents are looked through before
// the index is asked, and newestForEach for each item up to the last of the
// page: a word that is in every text fills the page by then, where the index
// would name them all. Of several words each text costs that much more, and fewer
// are looked through.
const (
	newest        = 2000
	newestForEach = 40
)

// Search lists the items of a tenant whose present text contains a word for each
// of the terms, the last modified first. It fails with [tocsin.ErrInvalid] for a
// query without terms or with too many.
func (s *Store) Search(ctx context.Context, tenantID string, q SearchQuery) ([]Item, error) {
	terms, err := foldTerms(q.Terms)
	if err != nil {
		return nil, err
	}
	words := 0
	for _, term := range terms {
		words += len(term)
	}
	for _, among := range []int{max(newest, newestForEach*(q.Offset+q.Limit)) / words, 0} {
		query, args := s.searchSQL(tenantID, terms, q, among)
		rows, err := s.db.Read().QueryContext(ctx, query, args...)
		list, err := store.Collect(rows, err, scanItem)
		if err != nil {
			return nil, fmt.Errorf("search: %w", s.db.Translate(err))
		}
		if len(list) == q.Limit || among == 0 {
			return list, nil
		}
	}
	return nil, nil // not reached: the last round returns
}

func foldTerms(given [][]plaintext.Term) ([][]plaintext.Term, error) {
	var terms [][]plaintext.Term
	for _, words := range given {
		var term []plaintext.Term
		for _, word := range words {
			if utf8.RuneCountInString(word.Text) > maxTerm {
				return nil, tocsin.Invalidf("search", "A term may have %d characters at most.", maxTerm)
			}
			if word.Text = store.Clean(plaintext.Fold(word.Text)); word.Text != "" && !slices.Contains(term, word) {
				term = append(term, word)
			}
		}
		if len(term) > maxAlike {
			return nil, tocsin.Invalidf("search", "A term may have %d words at most.", maxAlike)
		}
		if len(term) > 0 && !slices.ContainsFunc(terms, func(other []plaintext.Term) bool { return slices.Equal(term, other) }) {
			terms = append(terms, term)
		}
	}
	if len(terms) == 0 || len(terms) > maxTerms {
		return nil, tocsin.Invalidf("search", "Give 1 to %d words to look for.", maxTerms)
	}
	return terms, nil
}

// searchSQL is the query for folded terms: among so many of the last modified
// documents, or among all for 0. The engines find candidates in their own way;
// every term is then looked for in the text itself, so that both find the same.
func (s *Store) searchSQL(tenantID string, terms [][]plaintext.Term, q SearchQuery, among int) (query string, args []any) {
	args = []any{tenantID}
	bind := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	from := "texts x"
	conditions := []string{
		"t.id = $1", "d.num = x.document", "i.num = d.item", "m.tenant = t.num", "m.item = d.item", "m.document = d.num", "m.n > 0",
	}
	switch match := matchAll(terms); {
	case among > 0:
		from = "(SELECT num FROM documents ORDER BY modified_at DESC, item DESC LIMIT " + bind(among) + ") n CROSS JOIN texts x"
		conditions = append(conditions, "x.document = n.num")
	case s.db.Pool() == nil && match != "":
		from = "text_index CROSS JOIN texts x"
		conditions = append(conditions, "text_index MATCH "+bind(match), "x.document = text_index.rowid")
	}
	if len(q.Kinds) > 0 {
		conditions = append(conditions, "i.kind IN ("+store.Placeholders(len(args)+1, len(q.Kinds))+")")
		for _, kind := range q.Kinds {
			args = append(args, string(kind))
		}
	}
	if !q.Private {
		conditions = append(conditions, "NOT d.private")
	}
	for _, term := range terms {
		var either []string
		for _, word := range term {
			either = append(either, s.contains(word, bind))
		}
		conditions = append(conditions, "("+strings.Join(either, " OR ")+")")
	}
	// CROSS JOIN keeps SQLite to this order: it would look up every candidate for
	// every item otherwise.
	return itemColumns + " FROM " + from + ` CROSS JOIN documents d CROSS JOIN items i CROSS JOIN tenants t CROSS JOIN members m
		WHERE ` + strings.Join(conditions, " AND ") +
		" ORDER BY d.modified_at DESC, d.item DESC LIMIT " + bind(q.Limit) + " OFFSET " + bind(q.Offset), args
}

// contains is the condition that a text contains a word.
func (s *Store) contains(word plaintext.Term, bind func(value any) string) string {
	sqlite := s.db.Pool() == nil
	switch whole := word.Whole && strings.Trim(word.Text, "abcdefghijklmnopqrstuvwxyz0123456789 ") == ""; {
	case whole && sqlite: // patterns are slow, and most texts do not have it at all
		return "instr(x.text, " + bind(word.Text) + ") > 0 AND ' ' || x.text || ' ' GLOB " + bind("*[^a-z0-9]"+word.Text+"[^a-z0-9]*")
	case whole:
		return "x.text LIKE " + bind(likePattern(word.Text)) + " AND x.text ~ " + bind("(^|[^a-z0-9])"+word.Text+"($|[^a-z0-9])")
	case sqlite:
		return "instr(x.text, " + bind(word.Text) + ") > 0"
	}
	return "x.text LIKE " + bind(likePattern(word.Text))
}

// matchAll is an FTS5 expression for texts that may contain the terms: those
// that hold the trigrams of one word for each. It is "" when all terms have a
// word that is too short for it.
func matchAll(terms [][]plaintext.Term) string {
	var all []string
	for _, term := range terms {
		var either []string
		for _, word := range term {
			if grams := matchWord([]rune(word.Text)); grams != "" {
				either = append(either, grams)
			}
		}
		if len(either) == len(term) {
			all = append(all, "("+strings.Join(either, ") OR (")+")")
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "(" + strings.Join(all, ") AND (") + ")"
}

// matchWord is an FTS5 expression for the trigrams of a word. Each is a quoted
// string, in which no sign but the quote means anything.
func matchWord(runes []rune) string {
	var quoted []string
	step := max(1, (len(runes)-trigram)/maxGrams)
	for at := 0; at+trigram <= len(runes); at += step {
		quoted = append(quoted, `"`+strings.ReplaceAll(string(runes[at:at+trigram]), `"`, `""`)+`"`)
	}
	return strings.Join(quoted, " AND ")
}

// likePattern is a pattern of LIKE for texts that contain term.
func likePattern(term string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(term) + "%"
}

// searched reports whether items of a kind can be found by their text.
func searched(kind tocsin.Kind) bool { return kind == tocsin.KindIssue || kind == tocsin.KindMessage }

// indexTexts keeps the index of texts in step with what holds since this
// record. It comes after the changes were numbered: whoever changes what holds
// waits for the counter, so nobody else can begin or cease to hold a document
// meanwhile.
func (rec *recording) indexTexts(ctx context.Context, s *Store, tx *store.Tx) error {
	kinds := map[int64]tocsin.Kind{} // of documents that hold now
	var left []any                   // those that held before
	for _, r := range rec.rows {
		m := rec.members[r.item]
		if searched(r.version.Kind) && m.document == r.document && m.was != m.document {
			kinds[r.document] = r.version.Kind
			if m.was != 0 {
				left = append(left, m.was)
			}
		}
	}
	if err := s.putTexts(ctx, tx, kinds, rec.came); err != nil {
		return fmt.Errorf("index texts: %w", err)
	}
	for part := range slices.Chunk(left, 500) {
		if err := s.dropTexts(ctx, tx, part); err != nil {
			return fmt.Errorf("drop texts: %w", err)
		}
	}
	return nil
}

// putTexts indexes those documents that are not. came holds those at hand.
func (s *Store) putTexts(ctx context.Context, tx *store.Tx, kinds map[int64]tocsin.Kind, came map[int64]tocsin.Document) error {
	wanted := make([]any, 0, len(kinds))
	for document := range kinds {
		wanted = append(wanted, document)
	}
	var texts [][]any
	for part := range slices.Chunk(wanted, 500) {
		rows, err := tx.QueryContext(ctx, `SELECT num FROM documents d WHERE num IN (`+store.Placeholders(1, len(part))+`)
			AND NOT EXISTS (SELECT 1 FROM texts x WHERE x.document = d.num) ORDER BY num`, part...)
		missing, err := store.Collect(rows, err, func(rows *sql.Rows) (num int64, err error) { return num, rows.Scan(&num) })
		if err != nil {
			return err
		}
		for _, document := range missing {
			text, err := s.textOf(ctx, tx, document, kinds[document], came[document])
			if err != nil {
				return err
			}
			texts = append(texts, []any{document, text})
		}
	}
	if err := tx.Insert(ctx, `INSERT INTO texts (document, text) VALUES `, texts, ""); err != nil || s.db.Pool() != nil {
		return err
	}
	return s.insertGrams(ctx, tx, texts)
}

// insertGrams adds texts to the index of SQLite, many in one statement: it
// writes what it has gathered to the file at the beginning of each.
func (s *Store) insertGrams(ctx context.Context, tx *store.Tx, texts [][]any) error {
	seen, kept := s.grams.Get().(*grams)
	if !kept {
		seen = newGrams()
	}
	defer s.grams.Put(seen)
	for part := range slices.Chunk(texts, 500) {
		rows := make([][]any, len(part))
		for i, row := range part {
			rows[i] = []any{row[0], seen.of(row[1].(string))}
		}
		list, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO text_index (rowid, text) SELECT value ->> 0, value ->> 1 FROM json_each($1)`, string(list))
		if err != nil {
			return err
		}
	}
	return nil
}

// textOf is the folded text of a document. One that cannot be read, which a
// document that was stored can hardly be, is found by nothing.
func (s *Store) textOf(ctx context.Context, q store.Querier, document int64, kind tocsin.Kind, came tocsin.Document) (string, error) {
	if content := came.Content(); content != nil {
		return store.Clean(searchableOf(content)), nil
	}
	body := came.Body
	if len(body) == 0 {
		var err error
		if body, err = s.bodyOf(ctx, q, document); err != nil {
			return "", err
		}
	}
	text, err := searchable(kind, body)
	if err != nil {
		return "", nil //nolint:nilerr // see above
	}
	return store.Clean(text), nil
}

// dropTexts removes the texts of documents that members held before, unless
// another tenant holds them still.
func (s *Store) dropTexts(ctx context.Context, tx *store.Tx, documents []any) error {
	rows, err := tx.QueryContext(ctx, `DELETE FROM texts WHERE document IN (`+store.Placeholders(1, len(documents))+`) AND NOT EXISTS (
		SELECT 1 FROM documents d JOIN members m ON m.item = d.item AND m.document = d.num WHERE d.num = texts.document) RETURNING document`, documents...)
	gone, err := store.Collect(rows, err, func(rows *sql.Rows) (num any, err error) { return num, rows.Scan(&num) })
	if err != nil || s.db.Pool() != nil || len(gone) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM text_index WHERE rowid IN (`+store.Placeholders(1, len(gone))+`)`, gone...)
	return err
}

// clearTexts forgets texts of another version; version 0 stands for none.
func (s *Store) clearTexts(ctx context.Context) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM texts`)
		if err == nil && s.db.Pool() == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO text_index (text_index) VALUES ('delete-all')`)
		}
		_, counterErr := tx.ExecContext(ctx, `UPDATE counters SET value = 0 WHERE name = 'texts'`)
		return errors.Join(err, counterErr)
	}
}

// textsPerStep is how many documents are indexed in one transaction when
// catching up.
const textsPerStep = 200

func (s *Store) catchUpSome(ctx context.Context, tx *store.Tx) (more bool, err error) {
	rows, err := tx.QueryContext(ctx, `
		SELECT DISTINCT m.document, i.kind FROM members m JOIN items i ON i.num = m.item
		WHERE i.kind IN ($1, $2) AND NOT EXISTS (SELECT 1 FROM texts x WHERE x.document = m.document) LIMIT $3`,
		string(tocsin.KindIssue), string(tocsin.KindMessage), textsPerStep)
	kinds := map[int64]tocsin.Kind{}
	_, err = store.Collect(rows, err, func(rows *sql.Rows) (_ struct{}, err error) {
		var document int64
		var kind tocsin.Kind
		err = rows.Scan(&document, &kind)
		kinds[document] = kind
		return struct{}{}, err
	})
	if err != nil {
		return false, err
	}
	return len(kinds) == textsPerStep, s.putTexts(ctx, tx, kinds, nil)
}
