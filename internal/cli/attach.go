package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.org/tocsin/internal/tocsin"
)

type attachCmd struct {
	ID     string `arg:"" help:"Issue or message that the file belongs to, such as MO821132 or MC1020769."`
	File   string `arg:"" help:"File to keep; - for standard input."`
	Tenant string `help:"Tenant that holds it: GUID, domain or name." required:"" placeholder:"TENANT"`
	Name   string `help:"Name under which it is saved. Default: that of the file." placeholder:"NAME"`
	Type   string `help:"Media type, such as application/pdf. Default: by content." placeholder:"TYPE"`
}

// attachJSON is the file as it was stored.
type attachJSON struct {
	Tenant      string `json:"tenant"`
	Kind        string `json:"kind"`
	ID          string `json:"id"`
	FileID      string `json:"fileId"`
	Name        string `json:"name"`
	ContentType string `json:"contentType"`
	Size        int    `json:"size"`
}

// Run stores one file by hand: the review of an issue, which has one at most,
// or an attachment of a message, where another of the same name is replaced.
func (c *attachCmd) Run(ctx context.Context, s *session) error {
	content, err := c.read(s.env.Stdin)
	if err != nil {
		return err
	}
	desk, tenant, err := ofTenant{c.Tenant}.openToWrite(ctx, s)
	if err != nil {
		return err
	}
	defer desk.Close()
	f := tocsin.File{Name: c.Name, ContentType: c.Type, SeenAt: time.Now().UTC(), Source: tocsin.SourceAttach}
	if f.Name == "" && c.File != "-" {
		f.Name = filepath.Base(c.File)
	}
	ref := tocsin.Ref{Kind: tocsin.KindIssue, ID: c.ID}
	f.ID = tocsin.ReportID
	stored, err := desk.Archive.PutFile(ctx, tenant.ID, ref, f, content)
	if errors.Is(err, tocsin.ErrNotFound) {
		ref.Kind = tocsin.KindMessage
		f.ID = tocsin.HashOf([]byte(tocsin.FileName(f.Name))).String()[:32]
		stored, err = desk.Archive.PutFile(ctx, tenant.ID, ref, f, content)
	}
	if errors.Is(err, tocsin.ErrNotFound) {
		return tocsin.NotFoundf("The tenant %s has no issue and no message %s.", tenant.Name, tocsin.Clip(c.ID, 64))
	}
	if err != nil {
		return err
	}
	result := attachJSON{tenant.Name, string(ref.Kind), c.ID, stored.ID, stored.Name, stored.ContentType, stored.Size}
	return s.print(result, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s belongs to %s %s now, %s.\n", result.Tenant, result.Name, result.Kind, result.ID, count(result.Size, "byte", "bytes"))
	})
}

// read reads no more than may be stored, and a byte that tells that there is
// more.
func (c *attachCmd) read(stdin io.Reader) ([]byte, error) {
	from := stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, tocsin.Invalidf("file", "%v", err)
		}
		defer f.Close()
		from = f
	}
	content, err := io.ReadAll(io.LimitReader(from, tocsin.MaxFile+1))
	if err != nil {
		return nil, tocsin.Invalidf("file", "%v", err)
	}
	return content, nil
}
