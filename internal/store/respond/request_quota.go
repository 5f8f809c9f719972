package respond

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// quota refuses what its actor has done too often within the last hour: of request,
// turn and file, with the bytes of a file. The program itself and its command line are
// not counted. Whoever does two things at once waits for themselves, so that neither is
// overlooked; they share a few locks with others.
func (x *turning) quota(ctx context.Context, what string, size int64) error {
	if x.by == tocsin.Desk || x.by == tocsin.CommandLine {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(x.by)) // never fails
	if _, err := x.tx.Next(ctx, fmt.Sprintf("requests.quota.%d", h.Sum32()%quotaLocks)); err != nil {
		return err
	}
	of := map[string]struct {
		query        string
		most, inside int64
		message      string
	}{
		"request": {`SELECT COUNT(*), 0 FROM requests WHERE opened_by = $1 AND opened_at > $2`, tocsin.MaxRequestsAnHour, 0, fmt.Sprintf("Somebody begins at most %s in an hour: go on later.", tocsin.Count(tocsin.MaxRequestsAnHour, "request", "requests"))},
		"turn":    {`SELECT COUNT(*), 0 FROM request_turns WHERE by_name = $1 AND written_at > $2 AND kind IN ('ours', 'theirs', 'note')`, tocsin.MaxTurnsAnHour, 0, fmt.Sprintf("Somebody writes at most %s into requests in an hour: go on later.", tocsin.Count(tocsin.MaxTurnsAnHour, "time", "times"))},
		"file": {
			`SELECT COUNT(*), COALESCE(SUM(size), 0) FROM request_files WHERE by_name = $1 AND added_at > $2`, tocsin.MaxFilesAnHour, tocsin.MaxFileBytesAnHour,
			fmt.Sprintf("Somebody adds at most %s to requests in an hour, of %d MiB in all: go on later.", tocsin.Count(tocsin.MaxFilesAnHour, "file", "files"), tocsin.MaxFileBytesAnHour>>20),
		},
	}[what]
	var count, sum int64
	if err := x.tx.QueryRowContext(ctx, of.query, x.by, tocsin.Micros(x.now.Add(-time.Hour))).Scan(&count, &sum); err != nil {
		return err
	}
	if count >= of.most || sum+size > of.inside && of.inside > 0 {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: "quota." + what, Message: of.message, Cause: tocsin.ErrQuota}
	}
	return nil
}

// quotaLocks is how many locks actors share.
const quotaLocks = 64
