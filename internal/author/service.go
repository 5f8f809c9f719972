package author

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"example.org/tocsin/internal/store/archive"
	"example.org/tocsin/internal/tocsin"
)

// A ServiceDraft is a service of one's own.
type ServiceDraft struct {
	ID       string // such as "Vpn"; never changes
	Name     string // as people know it
	Features []tocsin.Feature
}

// A ServiceChange says what is to be different; nil leaves it.
type ServiceChange struct {
	Name     *string
	Features *[]tocsin.Feature
}

var serviceID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,63}$`)

// AddService adds a service. It is operational until an issue says otherwise.
// It fails with [tocsin.ErrConflict] when the tenant has a service of that id
// or name, be it the provider's.
func (a *Author) AddService(ctx context.Context, act Act, in ServiceDraft) (archive.Authored, error) {
	var c checks
	if !serviceID.MatchString(in.ID) {
		c.add("id", "%q is no id: use a letter, then up to 63 letters, digits, dots, dashes and underscores.", tocsin.Clip(in.ID, 80))
	}
	if tocsin.SeemsNotice(in.ID, 1) {
		c.add("id", "%q looks like the id of an issue or a message: use small letters, or no digits after the capitals.", in.ID)
	}
	service := tocsin.Service{ID: in.ID, Name: in.Name, Features: in.Features}
	c.service(&service)
	if err := c.err(); err != nil {
		return archive.Authored{}, err
	}
	return a.do(ctx, deed{Act: act, name: "add service", input: in, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		if err := d.free(ctx, service, true); err != nil {
			return nil, err
		}
		overview, err := d.overview(ctx, service, nil)
		if err != nil {
			return nil, err
		}
		return documents(service, overview)
	}})
}

// ChangeService changes a service that the desk authored. Issues keep the name
// that they were written under.
func (a *Author) ChangeService(ctx context.Context, act Act, id string, in ServiceChange) (archive.Authored, error) {
	return a.do(ctx, deed{Act: act, name: "change service " + id, input: in, write: func(ctx context.Context, d *desk) ([]tocsin.Document, error) {
		service, _, err := own[tocsin.Service](ctx, d, tocsin.Ref{Kind: tocsin.KindService, ID: id})
		if err != nil {
			return nil, err
		}
		if in.Name != nil {
			service.Name = *in.Name
		}
		if in.Features != nil {
			service.Features = *in.Features
		}
		var c checks
		c.service(&service)
		if err := c.err(); err != nil {
			return nil, err
		}
		if err := d.free(ctx, service, false); err != nil {
			return nil, err
		}
		overview, err := d.overview(ctx, service, nil)
		if err != nil {
			return nil, err
		}
		return documents(service, overview)
	}})
}

func (c *checks) service(s *tocsin.Service) {
	c.line("name", &s.Name, 1, maxName)
	if len(s.Features) > maxList {
		c.add("features", "There are more than %d.", maxList)
		return
	}
	list, seen := []tocsin.Feature{}, map[string]bool{}
	for i, f := range s.Features {
		at := fmt.Sprintf("features[%d]", i)
		if f.DisplayName == "" {
			f.DisplayName = f.Name
		}
		c.line(at+".name", &f.Name, 1, maxName)
		c.line(at+".displayName", &f.DisplayName, 1, maxName)
		if key := strings.ToLower(f.Name); seen[key] {
			c.add(at+".name", "It is there twice.")
		} else {
			seen[key] = true
		}
		list = append(list, f)
	}
	s.Features = list
}

// free fails when another service of the tenant, or a known one of the
// provider, has the id or name.
func (d *desk) free(ctx context.Context, s tocsin.Service, added bool) error {
	taken := func(field, format string, args ...any) error {
		return &tocsin.Error{Kind: tocsin.ErrConflict, Field: field, Message: fmt.Sprintf(format, args...)}
	}
	for _, one := range []struct{ field, name string }{{"id", s.ID}, {"name", s.Name}} {
		if _, known := tocsin.ServiceIDOf(one.name); known {
			return taken(one.field, "%q is a service of the provider.", one.name)
		}
	}
	names, err := d.ServiceNames(ctx)
	if err != nil {
		return err
	}
	for _, n := range names {
		field := "name"
		if same := strings.EqualFold(n.ID, s.ID); same && added {
			field = "id"
		} else if same || tocsin.NameKey(n.Name) != tocsin.NameKey(s.Name) {
			continue
		}
		return taken(field, "The tenant has a service %s named %q already.", n.ID, n.Name)
	}
	return nil
}

// overview is the status of a service: the worst that its open issues say.
// written stands for what is being written and not stored yet.
func (d *desk) overview(ctx context.Context, s tocsin.Service, written *tocsin.Issue) (tocsin.Overview, error) {
	overview := tocsin.Overview{ServiceID: s.ID, Service: s.Name, Status: tocsin.StatusOperational}
	for _, f := range s.Features {
		overview.Features = append(overview.Features, tocsin.FeatureStatus{Name: f.Name, DisplayName: f.DisplayName, Status: tocsin.StatusOperational})
	}
	stored, err := d.OwnIssues(ctx, s.ID, d.now)
	if err != nil {
		return overview, err
	}
	var issues []tocsin.Issue
	for _, body := range stored {
		var issue tocsin.Issue
		if err := json.Unmarshal(body, &issue); err != nil {
			return overview, fmt.Errorf("read own issue: %w", err)
		}
		if written == nil || issue.ID != written.ID {
			issues = append(issues, issue)
		}
	}
	if written != nil && written.Course().Open(d.now) {
		issues = append(issues, *written)
	}
	slices.SortFunc(issues, func(a, b tocsin.Issue) int { return strings.Compare(a.ID, b.ID) })
	for _, issue := range issues {
		overview.IssueIDs = append(overview.IssueIDs, issue.ID)
		overview.Status = worse(overview.Status, issue.Status)
		for i, f := range overview.Features {
			if f.Name == issue.Feature {
				overview.Features[i].Status = worse(f.Status, issue.Status)
			}
		}
	}
	return overview, nil
}

// worse is the worse status, the later of two that are equally bad unless both
// are well.
func worse(a, b tocsin.Status) tocsin.Status {
	if b.Healthy() || b.Severity() < a.Severity() {
		return a
	}
	return b
}

// serviceOf is an own service by its id.
func (d *desk) serviceOf(ctx context.Context, id string) (tocsin.Service, error) {
	held, err := d.Held(ctx, tocsin.Ref{Kind: tocsin.KindService, ID: id})
	if errors.Is(err, tocsin.ErrNotFound) || err == nil && !held.Own() {
		return tocsin.Service{}, tocsin.Invalidf("service", "%q is no service that the desk authored.", tocsin.Clip(id, 80))
	}
	if err != nil {
		return tocsin.Service{}, err
	}
	var service tocsin.Service
	if err := json.Unmarshal(held.Body, &service); err != nil {
		return service, fmt.Errorf("read own service: %w", err)
	}
	return service, nil
}
