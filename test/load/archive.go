package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/readmodel"
	"example.org/tocsin/internal/tocsin"
)

// A tenant of the archive. They share documents: each has the first issues of
// the one after it.
type tenant struct {
	name, id string
	issues   int
}

func tenants(s settings) []tenant {
	if s.page {
		return []tenant{pageTenant()}
	}
	list := []tenant{
		{"list", "00000000-0000-4000-8000-000000000001", listIssues},
		{"thousand", "00000000-0000-4000-8000-000000000002", 1000},
		{"hundred-thousand", "00000000-0000-4000-8000-000000000003", 100_000},
		{"million", "00000000-0000-4000-8000-000000000004", s.issues},
	}
	for i := range list[1:] {
		list[i+1].issues = min(list[i+1].issues, s.issues)
	}
	return list
}

// Sizes: the list of the first tenant has about 300 KB, each issue in it about
// 6 KB; older ones have 3 KB, so that a page of 100 has 300 KB as well.
const (
	listIssues = 50
	longText   = 5500
	shortText  = 2400
)

// open opens the archive in the directory of the settings.
func (s settings) open(ctx context.Context) (*app.Rooms, error) {
	c := config.Default()
	c.Data = s.dir
	return app.OpenRooms(ctx, c)
}

// generate fills a store as a long history would have. It writes the tables
// itself: the way of a poll, with its hash chain, would take ten times as long
// and changes nothing about reading.
func generate(ctx context.Context, s settings) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	start := time.Now()
	desk, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer desk.Close()
	list := tenants(s)
	for _, t := range list {
		if err := desk.Archive.AddTenant(ctx, tocsin.Tenant{ID: t.id, Name: t.name, CreatedAt: anchor()}); err != nil {
			return err
		}
	}
	g := generator{db: desk.Store.Writer(), tenants: list}
	if g.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest)); err != nil {
		return err
	}
	for from := 0; from < s.issues; from += perTransaction {
		if err := g.write(ctx, from, min(from+perTransaction, s.issues)); err != nil {
			return err
		}
	}
	fmt.Printf("archive of %d issues made in %.0f s\n", s.issues, time.Since(start).Seconds())
	start = time.Now()
	model := readmodel.New(desk.Reading(), time.Now, slog.New(slog.DiscardHandler))
	for _, t := range list {
		if _, err := model.Snapshot(ctx, t.id); err != nil {
			return err
		}
	}
	fmt.Printf("loaded from the tables in %.1f s\n", time.Since(start).Seconds())
	return model.Save(ctx)
}

const perTransaction = 50_000

// anchor is when the newest issue began.
func anchor() time.Time { return time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC) }

type generator struct {
	db      *sql.DB
	encoder *zstd.Encoder
	tenants []tenant
}

// issue is issue number i of the history, counted backwards from the anchor.
func issue(i int) tocsin.Issue {
	prefixes := []string{"EX", "MO", "SP", "TM", "IT", "OD", "PB", "FO", "DV", "YA"}
	services := []string{
		"Exchange Online", "Microsoft 365 suite", "SharePoint Online", "Microsoft Teams", "Microsoft Intune",
		"OneDrive for Business", "Power BI", "Microsoft Forms", "Microsoft Dataverse", "Microsoft Viva",
	}
	mix := uint64(i+1) * 0x9e3779b97f4a7c15 >> 32
	which := int(mix % uint64(len(services)))
	at := anchor().Add(-time.Duration(i) * 10 * time.Minute)
	one := tocsin.Issue{
		ID: fmt.Sprintf("%s%07d", prefixes[which], 9_000_000-i), Title: fmt.Sprintf("Delay number %d", i), Service: services[which],
		FeatureGroup: fmt.Sprintf("Feature group %d", mix>>8%6), Classification: []string{"advisory", "advisory", "incident"}[mix>>16%3],
		Origin: "microsoft", Status: tocsin.StatusServiceRestored, Impact: "Users may have seen a delay.", Resolved: true,
		StartAt: at, EndAt: at.Add(3 * time.Hour), ModifiedAt: at.Add(4 * time.Hour),
	}
	switch {
	case mix>>20%97 == 0:
		one.Status = tocsin.StatusFalsePositive
	case i < 3000 && mix>>20%41 == 0:
		one.Status, one.Resolved, one.EndAt = tocsin.StatusDegradation, false, time.Time{}
	}
	text := fmt.Sprintf("<p>Update %d: ", i) + strings.Repeat(fmt.Sprintf("Users of region %d may see messages arrive late while queues drain. ", mix%977), shortText/70)
	if i < listIssues {
		text = prose(mix)
	}
	one.Posts = []tocsin.Post{{CreatedAt: at, Type: "regular", ContentType: "html", Content: text}}
	return one
}

// prose is a text that compresses as real posts do.
func prose(seed uint64) string {
	words := strings.Fields("users may be unable to access the service while we review telemetry and restart the affected infrastructure to restore mail flow calls search " +
		"sign-in reports meetings files in region our analysis of a recent deployment indicates that some requests were routed through an unhealthy portion")
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for b.Len() < longText {
		b.WriteString(words[r.IntN(len(words))] + " ")
	}
	return b.String()
}

func (g *generator) write(ctx context.Context, from, to int) error {
	tx, err := g.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after the commit
	var statements [4]*sql.Stmt
	for i, text := range []string{
		`INSERT INTO items (num, kind, id) VALUES ($1, 'issue', $2)`,
		`INSERT INTO documents (num, item, hash, meaning, body, size, title, service, service_id, feature, feature_set, status, class, start_at, end_at, modified_at)
			VALUES ($1, $1, $2, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11, $12, $13)`,
		`INSERT INTO versions (tenant, item, n, document, at, seen_at, source, chain) VALUES ($1, $2, 1, $2, $3, $3, 'load', $4)`,
		`INSERT INTO members (tenant, item, n, versions, document, left_at, source) VALUES ($1, $2, 1, 1, $2, 0, 'load')`,
	} {
		if statements[i], err = tx.PrepareContext(ctx, text); err != nil {
			return err
		}
	}
	for i := from; i < to; i++ {
		if err := g.one(ctx, statements, i); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// one writes issue i for all tenants that have it. Hashes are numbers in the
// order of writing, which spares the database its dearest indexes.
func (g *generator) one(ctx context.Context, statements [4]*sql.Stmt, i int) error {
	one := issue(i)
	one.ServiceID, _ = tocsin.ServiceIDOf(one.Service)
	body, err := json.Marshal(one)
	if err != nil {
		return err
	}
	num, f := int64(i+1), one.Facts()
	hash := make([]byte, 32)
	binary.BigEndian.PutUint64(hash, uint64(num))
	if _, err := statements[0].ExecContext(ctx, num, one.ID); err != nil {
		return err
	}
	if _, err := statements[1].ExecContext(ctx, num, hash, g.encoder.EncodeAll(body, nil), len(body), f.Title, f.Service, f.ServiceID, f.FeatureSet,
		string(f.Status), f.Class, tocsin.Micros(f.StartAt), tocsin.Micros(f.EndAt), tocsin.Micros(f.ModifiedAt)); err != nil {
		return err
	}
	for n, t := range g.tenants {
		if i >= t.issues {
			continue
		}
		if _, err := statements[2].ExecContext(ctx, n+1, num, tocsin.Micros(f.ModifiedAt), hash); err != nil {
			return err
		}
		if _, err := statements[3].ExecContext(ctx, n+1, num); err != nil {
			return err
		}
	}
	return nil
}

// quiet is a log of warnings.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
