package native

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"example.org/tocsin/internal/access"
	"example.org/tocsin/internal/httpserver"
)

// An operation is one thing that can be asked for.
type operation struct {
	huma.Operation
	needs      access.Permission
	steady     bool            // what it reads is the archive of one tenant, see [basis]
	across     bool            // served for other tenants to those who manage all
	parameters map[string]bool // names in the query
}

// register fills the table of operations, one noun after the other.
func (a *API) register() {
	a.mux = http.NewServeMux()
	a.operations, a.members = map[string]*operation{}, map[string]bool{}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Tocsin", Version: "1.0.0",
				Description: "The desk's own API: tenants and sources, versions and changes, and authoring of services, issues, maintenance and messages. " +
					"What is authored appears in the legacy Service Communications API and in Microsoft Graph serviceAnnouncement like any provider's.",
			},
			Servers: []*huma.Server{{URL: strings.TrimSuffix(Prefix, "/"), Description: "this desk"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{"bearer": {
					Type: "http", Scheme: "bearer", BearerFormat: "JWT",
					Description: "A token of this desk for its own address: POST /{tenant}/oauth2/token with grant_type=client_credentials and resource=the address.",
				}},
			},
			Tags: tags(),
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}, // the second for "+json"
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{translate},
	}
	a.huma = humago.New(prefixed{a.mux}, config)
	a.huma.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { next(plainContext{ctx}) })
	a.describeProblems()
	a.registerTenants()
	a.registerSources()
	a.registerHealth()
	a.registerServices()
	a.registerIssues()
	a.registerMaintenance()
	a.registerMessages()
	a.registerHandlings()
	a.registerVersions()
	a.registerChanges()
	a.registerConsumers()
	a.registerDeliveries()
	a.registerTriages()
	a.registerIncidents()
	a.registerSpeeches()
	a.registerRequests()
	a.registerMap()
	a.registerReports()
	a.registerProbes()
	a.registerKnowledge()
	a.registerPassages()
	a.registerAcknowledgements()
	a.registerSubscriptions()
	a.registerTeams()
	a.registerSites()
	a.registerContacts()
	a.collectMembers()
	a.describeWebhooks(a.webhook)
}

// prefixed puts the operations below the prefix of the API.
type prefixed struct{ *http.ServeMux }

// HandleFunc registers a handler below the prefix.
func (p prefixed) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	p.ServeMux.HandleFunc(below(pattern), handler)
}

func below(pattern string) string {
	method, path, _ := strings.Cut(pattern, " ")
	return method + " " + strings.TrimSuffix(Prefix, "/") + path
}

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "tenants", Description: "Organisations whose service health is tracked."},
		{Name: "sources", Description: "Where notices come from, and how well that works."},
		{Name: "health", Description: "Whether services work: one judgement on overviews, issues and silence."},
		{Name: "services", Description: "Services of one's own. The status follows from their issues."},
		{Name: "issues", Description: "Issues: all can be read, own ones written."},
		{Name: "maintenance", Description: "Planned work on own services."},
		{Name: "messages", Description: "Messages: all can be read, own ones written."},
		{Name: "versions", Description: "Every state that an item had, and what differs between two."},
		{Name: "changes", Description: "What happened, in order, and whether the archive is what it was."},
		{Name: "consumers", Description: "Parts of the desk that react to the changes, each in order and exactly once, and what they could not handle."},
		{Name: "deliveries", Description: "Whom the desk tells of what, and what comes of it."},
		{Name: "subscriptions", Description: "Who asked to be told of a tenant by mail."},
		{Name: "triages", Description: "Calls that are qualified: ours or theirs, with the evidence."},
		{Name: "incidents", Description: "How the desk handles issues or a failure of its own: clocks, matrix, measures, timeline."},
		{Name: "requests", Description: "Support requests: to the desk itself, and those that are prepared for the provider."},
		{Name: "map", Description: "What services carry: critical uses, processes of the business, continuity sheets."},
		{Name: "reports", Description: "What the staff report, counted; nobody's name or address."},
		{Name: "probes", Description: "What probes found at seats and from the server."},
		{Name: "knowledge", Description: "What is known to help, and what the team says of it."},
		{Name: "teams", Description: "People who see to things together, of a tenant or the whole desk."},
		{Name: "sites", Description: "Where users work: region, seats, time zone."},
		{Name: "contacts", Description: "How people and teams are reached outside of the provider: personal data."},
	}
}

// errorsOf are the statuses that every operation may answer with, and those
// that only writing does.
func errorsOf(method string) []int {
	list := []int{400, 401, 403, 404, 406, 429, 503}
	if method != http.MethodGet {
		list = append(list, 409, 412, 413, 415)
	}
	return list
}

// problemName is what the answer with an error status is called.
func problemName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

// describeProblems describes the answers with errors, which all have one form.
func (a *API) describeProblems() {
	components := a.huma.OpenAPI().Components
	components.Responses = map[string]*huma.Response{}
	schema := components.Schemas.Schema(reflect.TypeFor[problem](), true, "Problem")
	for _, status := range errorsOf(http.MethodPost) {
		components.Responses[problemName(status)] = &huma.Response{
			Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: schema}},
		}
	}
}

// add registers one operation. What a handler returns as an error becomes a
// problem here and nowhere else.
func add[I, O any](a *API, op operation, handle func(ctx context.Context, x *exchange, in *I) (*O, error)) {
	op.Security = []map[string][]string{{"bearer": {}}}
	op.Description = strings.TrimSpace(op.Description + " Needs the scope " + op.needs.Scope() + ".")
	op.Responses = map[string]*huma.Response{}
	statuses := errorsOf(op.Method)
	if _, tagged := reflect.TypeFor[I]().FieldByName("IfNoneMatch"); tagged {
		statuses = append(statuses, http.StatusPreconditionFailed)
	}
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + problemName(status)}
	}
	kept := &op
	a.operations[below(op.Method+" "+op.Path)] = kept
	huma.Register(a.huma, op.Operation, func(ctx context.Context, in *I) (*O, error) {
		x := exchangeOf(ctx)
		out, err := handle(ctx, x, in)
		if err != nil {
			return nil, x.explain(err)
		}
		return out, nil
	})
	kept.Operation = *operationAt(a.huma.OpenAPI(), op.Method, op.Path)
	kept.parameters = map[string]bool{}
	for _, parameter := range kept.Parameters {
		if parameter.In == "query" {
			kept.parameters[parameter.Name] = true
		}
	}
}

// operationAt is an operation as huma completed it.
func operationAt(document *huma.OpenAPI, method, path string) *huma.Operation {
	item := document.Paths[path]
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodPatch:
		return item.Patch
	case http.MethodPut:
		return item.Put
	case http.MethodDelete:
		return item.Delete
	}
	return item.Get
}

// collectMembers gathers the names that bodies may use, and drops the schemas
// of huma's own errors, which are never sent.
func (a *API) collectMembers() {
	schemas := a.huma.OpenAPI().Components.Schemas.Map()
	maps.DeleteFunc(schemas, func(name string, _ *huma.Schema) bool { return name == "ErrorModel" || name == "ErrorDetail" })
	for _, schema := range schemas {
		for name := range schema.Properties {
			a.members[name] = true
		}
	}
}

// describe writes the OpenAPI document and the page that is made from it.
func (a *API) describe() error {
	var err error
	if a.document, err = json.MarshalIndent(a.huma.OpenAPI(), "", "  "); err != nil {
		return errors.Join(errors.New("own API: describe"), err)
	}
	a.document = append(a.document, '\n')
	a.page, err = a.render()
	return err
}

// Pages are what explains the API to everybody: it says nothing about tenants.
func (a *API) Pages() []httpserver.Route {
	serve := func(kind string, body func() []byte) httpserver.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "public, max-age=300")
			httpserver.Deliver(r.Context(), w, r.Method, r.Header, httpserver.Answer{Kind: []string{kind}, Body: body(), Again: func() bool { return true }})
			return nil
		}
	}
	return []httpserver.Route{
		{Pattern: "GET /api/openapi.json", Needs: access.Public, Handle: serve("application/openapi+json", func() []byte { return a.document })},
		{Pattern: "GET /api/docs", Needs: access.Public, Handle: serve("text/html; charset=utf-8", func() []byte { return a.page })},
	}
}
