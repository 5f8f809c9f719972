package graph

import (
	archive "archive/zip" // the package has a function of the other name
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.org/tocsin/internal/httpserver"
	"example.org/tocsin/internal/odata"
	"example.org/tocsin/internal/tocsin"
)

// files are the documents that belong to issues and messages of a tenant.
type files interface {
	Files(ctx context.Context, tenantID string, ref tocsin.Ref) ([]tocsin.File, error)
	FileContent(ctx context.Context, tenantID string, ref tocsin.Ref, id string) ([]byte, error)
}

// filesOf lists what is held of an issue or message.
func (x *exchange) filesOf(kind tocsin.Kind, id string) ([]tocsin.File, error) {
	if x.api.files == nil {
		return nil, nil
	}
	return x.api.files.Files(x.ctx, x.identity.TenantID, tocsin.Ref{Kind: kind, ID: id})
}

// report answers incidentReport: the provider's document when it is held, also
// when the status has moved on since.
func (x *exchange) report() error {
	row, err := x.issue()
	if err != nil {
		return err
	}
	if err := x.noOptions(); err != nil {
		return err
	}
	held, err := x.filesOf(tocsin.KindIssue, row.ID)
	switch {
	case err != nil:
		return err
	case len(held) > 0:
		return x.sendFile(tocsin.Ref{Kind: tocsin.KindIssue, ID: row.ID}, held[0])
	case row.Status != tocsin.StatusReviewPublished:
		return failf(http.StatusBadRequest, "The issue has no post-incident review: its status is not postIncidentReviewPublished.")
	}
	return failf(http.StatusNotFound, "A post-incident review is published for the issue, but this archive does not hold its document.")
}

// attachments answers for what lies below a message. A list of none is given
// only where there are none.
func (x *exchange) attachments() error {
	row, ok := x.snapshot.Message(x.to.key)
	if !ok {
		return notFound("message")
	}
	held, err := x.filesOf(tocsin.KindMessage, row.ID)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		message, err := x.api.model.Message(x.ctx, row)
		if err != nil {
			return err
		}
		if message.HasAttachments {
			return failf(http.StatusNotFound, "The message has attachments, but this archive does not hold them yet.")
		}
	}
	if x.to.kind == kindArchive {
		return x.sendArchive(row.ID, held)
	}
	if len(x.to.below) == 0 || x.to.below[0] == "$count" {
		return x.attachmentList(row.ID, held)
	}
	i := slices.IndexFunc(held, func(f tocsin.File) bool { return strings.EqualFold(f.ID, x.to.below[0]) })
	if i < 0 {
		return notFound("attachment")
	}
	if len(x.to.below) > 1 && !strings.EqualFold(x.to.below[1], "content") && x.to.below[1] != "$value" {
		address := keyed(keyed(root+"/"+listMessages, row.ID)+"/attachments", held[i].ID)
		x.fleeting = true // files come and go without a change of their message
		return x.propertyOf(attachmentEntity(held[i]), x.schema().attachment, nil, address, x.to.below[1:])
	}
	if len(x.to.below) > 1 {
		if err := x.noOptions(); err != nil {
			return err
		}
		return x.sendFile(tocsin.Ref{Kind: tocsin.KindMessage, ID: row.ID}, held[i])
	}
	return x.attachment(row.ID, held[i])
}

// attachmentEndpoint is what may be asked of attachments.
func (s *schema) attachmentEndpoint(allow ...string) *odata.Endpoint {
	return &odata.Endpoint{Model: s.model, Type: s.attachment, Allow: append(allow, "$select", "$format"), Ignore: ignored()}
}

func (x *exchange) attachmentList(messageID string, held []tocsin.File) error {
	opts, err := x.parse(x.schema().attachmentEndpoint("$filter", "$orderby", "$top", "$skip", "$count"))
	if err != nil {
		return err
	}
	page, count := pick(held, opts)
	if len(x.to.below) == 1 {
		return x.reply(http.StatusOK, "text/plain; charset=utf-8", strconv.AppendInt(nil, int64(count), 10))
	}
	to := []byte{'{'}
	if x.level != odata.MetadataNone {
		to = append(to, `"@odata.context":`...)
		to = append(appendString(to, x.context(attachmentsFragment(messageID, opts.Select))), ',')
	}
	if opts.Count {
		to = append(to, `"@odata.count":`...)
		to = append(strconv.AppendInt(to, int64(count), 10), ',')
	}
	to = appendList(append(to, `"value":`...), page, func(to []byte, f tocsin.File) []byte {
		return append(x.attachmentMembers(append(to, '{'), messageID, f, opts.Select), '}')
	})
	return x.replyJSON(append(to, '}'))
}

// expandsFiles reports whether an answer holds attachments, and makes it a
// fleeting one: files come and go without a change of their message.
func (x *exchange) expandsFiles(opts *odata.Options) bool {
	expands := x.to.list == listMessages && len(opts.Expand) > 0
	x.fleeting = x.fleeting || expands
	return expands
}

// expandFiles writes the attachments that are held of a message as a member.
func (x *exchange) expandFiles(to []byte, messageID string, opts *odata.Options) ([]byte, error) {
	held, err := x.filesOf(tocsin.KindMessage, messageID)
	if err != nil {
		return nil, err
	}
	page, count := pick(held, opts)
	if opts.Count {
		to = append(to, `"attachments@odata.count":`...)
		to = append(strconv.AppendInt(to, int64(count), 10), ',')
	}
	return appendList(append(to, `"attachments":`...), page, func(to []byte, f tocsin.File) []byte {
		return append(x.attachmentMembers(append(to, '{'), messageID, f, opts.Select), '}')
	}), nil
}

// pick are the files that a query wants, and how many match its filter.
func pick(held []tocsin.File, opts *odata.Options) (page []tocsin.File, count int) {
	for _, f := range held {
		holds := func(word string) bool { return hasWord(word, f.ID, f.Name) }
		if opts.Filter.Match(fileRow{file: &f}) && opts.Search.Match(holds) {
			page = append(page, f)
		}
	}
	count = len(page)
	slices.SortStableFunc(page, func(a, b tocsin.File) int { return opts.OrderBy.Compare(fileRow{file: &a}, fileRow{file: &b}) })
	page = page[min(opts.Skip, len(page)):]
	if opts.HasTop {
		page = page[:min(opts.Top, len(page))]
	}
	return page, count
}

func attachmentsFragment(messageID string, sel *odata.Selection) string {
	text := "#" + root + "/messages('" + url.PathEscape(strings.ReplaceAll(messageID, "'", "''")) + "')/attachments"
	if parts := selectionText(sel); len(parts) > 0 {
		text += "(" + strings.Join(parts, ",") + ")"
	}
	return text
}

func (x *exchange) attachment(messageID string, f tocsin.File) error {
	endpoint := x.schema().attachmentEndpoint()
	endpoint.Single = true
	opts, err := x.parse(endpoint)
	if err != nil {
		return err
	}
	to := []byte{'{'}
	if x.level != odata.MetadataNone {
		to = append(to, `"@odata.context":`...)
		to = append(appendString(to, x.context(attachmentsFragment(messageID, opts.Select)+"/$entity")), ',')
	}
	to = x.attachmentMembers(to, messageID, f, opts.Select)
	if to[len(to)-1] == ',' {
		to = to[:len(to)-1]
	}
	return x.replyJSON(append(to, '}'))
}

// attachmentMembers writes an attachment without its braces. The link to the
// content is written with full metadata only, as other navigation links are.
func (x *exchange) attachmentMembers(to []byte, messageID string, f tocsin.File, sel *odata.Selection) []byte {
	t := x.schema().attachment
	e := attachmentEntity(f)
	start := len(to)
	add := func(member []byte) {
		if len(to) > start {
			to = append(to, ',')
		}
		to = append(to, member...)
	}
	if x.level == odata.MetadataFull {
		address := x.at(root + "/messages('" + url.PathEscape(messageID) + "')/attachments('" + url.PathEscape(f.ID) + "')")
		add(appendString([]byte(`"@odata.type":`), "#microsoft.graph."+t.Name))
		add(appendString([]byte(`"@odata.id":`), address))
		add(appendString([]byte(`"content@odata.mediaReadLink":`), address+"/content"))
	}
	for _, prop := range []int{propID, fileModified, fileName, fileType, fileSize} {
		if sel.Has(propertyAt(t, prop)) {
			add(e.member(prop))
		}
	}
	return to
}

// attachmentEntity encodes an attachment without its content.
func attachmentEntity(f tocsin.File) *entity {
	e := newEncoder(attachmentProps, false)
	e.text(propID, "id", f.ID)
	e.instant(fileModified, "lastModifiedDateTime", f.ModifiedAt)
	e.text(fileName, "name", f.Name)
	e.text(fileType, "contentType", f.ContentType)
	e.set(fileSize, "size", func(to []byte) []byte { return strconv.AppendInt(to, int64(f.Size), 10) })
	return e.done()
}

// fileRow is an attachment as filters see it.
type fileRow struct {
	leaf
	file *tocsin.File
}

func (r fileRow) Value(prop int) odata.Value {
	switch prop {
	case propID:
		return odata.Text(r.file.ID)
	case fileType:
		return odata.Text(r.file.ContentType)
	case fileModified:
		return odata.Instant(r.file.ModifiedAt)
	case fileName:
		return odata.Text(r.file.Name)
	case fileSize:
		return odata.Int(int64(r.file.Size))
	}
	return odata.Value{}
}

// noOptions reads a query where the answer is a file, which has no options.
func (x *exchange) noOptions() error { return x.noOptionsBut() }

// noOptionsBut reads a query that may hold some options, without effect.
func (x *exchange) noOptionsBut(allow ...string) error {
	s := x.schema()
	_, err := (&odata.Endpoint{Model: s.model, Type: s.overview, Allow: allow, Ignore: ignored(), Single: true}).Parse(x.query, x.now())
	return err
}

// sendFile sends the content of a file. It came from outside: browsers save it
// and run nothing of it, whatever it says it is.
func (x *exchange) sendFile(ref tocsin.Ref, f tocsin.File) error {
	content, err := x.api.files.FileContent(x.ctx, x.identity.TenantID, ref, f.ID)
	if err != nil {
		return err
	}
	return x.download("application/octet-stream", f.Name, content)
}

func (x *exchange) download(contentType, name string, content []byte) error {
	if err := x.checkTag(""); err != nil {
		return err
	}
	httpserver.SaveAs(x.w.Header(), name)
	x.send(http.StatusOK, contentType, content)
	return nil
}

// maxArchive bounds the bytes that one archive holds.
const maxArchive = 256 << 20

// sendArchive sends all attachments of a message as one file.
func (x *exchange) sendArchive(messageID string, held []tocsin.File) error {
	if err := x.noOptions(); err != nil {
		return err
	}
	if len(held) == 0 {
		return failf(http.StatusNotFound, "The message has no attachments.")
	}
	var out bytes.Buffer
	w := archive.NewWriter(&out)
	taken, size := map[string]bool{}, 0
	for _, f := range held {
		content, err := x.api.files.FileContent(x.ctx, x.identity.TenantID, tocsin.Ref{Kind: tocsin.KindMessage, ID: messageID}, f.ID)
		if err != nil {
			return err
		}
		if size += len(content); size > maxArchive {
			return failf(http.StatusRequestEntityTooLarge, "The attachments are too large for one archive. Read them one by one.")
		}
		entry, err := w.CreateHeader(&archive.FileHeader{Name: freeName(taken, f.Name), Method: archive.Deflate, Modified: f.ModifiedAt})
		if err != nil {
			return err
		}
		if _, err := entry.Write(content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return x.download("application/zip", tocsin.FileName(messageID)+".zip", out.Bytes())
}

// freeName is name, or a numbered form of it that no other file has. Case does
// not tell files apart everywhere.
func freeName(taken map[string]bool, name string) string {
	stem, suffix := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		stem, suffix = name[:dot], name[dot:]
	}
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = stem + " (" + strconv.Itoa(n) + ")" + suffix
	}
	taken[strings.ToLower(name)] = true
	return name
}
