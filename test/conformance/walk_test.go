package conformance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A walker asks every address that a $metadata document declares.
type walker struct {
	t        *testing.T
	d        *desk
	who      string
	root     string
	schema   csdlSchema
	keys     map[string]string // by entity type: of one that is there
	plainKey bool              // a key may be a segment of its own
	seen     map[string]int    // addresses with their status
}

// read fetches a document, which needs no token.
func (w *walker) read(target string) {
	w.t.Helper()
	got := w.d.ask(w.t, "", "GET", target, "")
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "application/xml") {
		w.t.Fatalf("%s: %d %.200s", target, got.status, got.body)
	}
	w.schema = readCSDL(w.t, []byte(got.body)).Schemas[0]
}

// ask fails if an address does not lead to something. Only what may be null
// has no content.
func (w *walker) ask(path string, nullable bool) answer {
	w.t.Helper()
	target := w.root + strings.ReplaceAll(path, " ", "%20")
	got := w.d.ask(w.t, w.who, "GET", target, "")
	w.seen[path] = got.status
	if got.status != 200 && (got.status != 204 || !nullable || got.body != "") {
		w.t.Errorf("%s is declared and answers %d %.200s", target, got.status, got.body)
	}
	if strings.Contains(got.body, canary) {
		w.t.Errorf("%s shows what is another tenant's: %.200s", target, got.body)
	}
	head := w.d.ask(w.t, w.who, "HEAD", target, "")
	if head.status != got.status || head.body != "" || head.header.Get("Content-Length") != got.header.Get("Content-Length") {
		w.t.Errorf("HEAD %s: %d %v, but GET: %d %v", target, head.status, head.header, got.status, got.header)
	}
	for _, method := range []string{"POST", "PATCH", "PUT", "DELETE", "OPTIONS"} {
		refused := w.d.ask(w.t, w.who, method, target, `{"title":"x"}`)
		if refused.status != 405 || refused.header.Get("Allow") != "GET, HEAD" || !strings.HasPrefix(refused.body, `{"error":{"code":"`) {
			w.t.Errorf("%s %s: %d %v %.200s", method, target, refused.status, refused.header, refused.body)
		}
	}
	for _, unmet := range []string{`"nothing"`, `W/"x", "y"`} {
		if refused := w.d.ask(w.t, w.who, "GET", target, "", "If-Match", unmet); refused.status != 412 {
			w.t.Errorf("%s if it is %s: %d %.200s", target, unmet, refused.status, refused.body)
		}
	}
	if met := w.d.ask(w.t, w.who, "GET", target, "", "If-Match", "*"); met.status != got.status {
		w.t.Errorf("%s if it is any: %d %.200s", target, met.status, met.body)
	}
	if tag := got.header.Get("ETag"); tag != "" {
		if met := w.d.ask(w.t, w.who, "GET", target, "", "If-Match", `"x", `+tag); met.status != got.status {
			w.t.Errorf("%s if it is %s: %d %.200s", target, tag, met.status, met.body)
		}
		if same := w.d.ask(w.t, w.who, "GET", target, "", "If-Match", tag, "If-None-Match", tag); same.status != 304 || same.body != "" {
			w.t.Errorf("%s if it is %s and changed: %d %.200s", target, tag, same.status, same.body)
		}
	}
	return got
}

// bare is the name of a type of the document, and whether it is a collection.
func (w *walker) bare(name string) (string, bool) {
	inner, many := strings.CutPrefix(w.schema.bare(name), "Collection(")
	return strings.TrimSuffix(inner, ")"), many
}

func (w *walker) typeOf(name string) (csdlType, bool) {
	for _, t := range slices.Concat(w.schema.Entities, w.schema.Complex) {
		if t.Name == name {
			return t, true
		}
	}
	return csdlType{}, false
}

// set walks a collection of entities.
func (w *walker) set(path, entity string, byKey bool) {
	w.ask(path, false)
	count := w.ask(path+"/$count", false)
	if strings.Trim(count.body, "0123456789") != "" {
		w.t.Errorf("%s/$count is %q", path, count.body)
	}
	w.actions(path, entity)
	if !byKey {
		return
	}
	key := w.keys[entity]
	t, _ := w.typeOf(entity)
	for t.Base != "" && len(t.Key) == 0 {
		base, _ := w.bare(t.Base)
		t, _ = w.typeOf(base)
	}
	w.ask(path+"("+t.Key[0].Name+"='"+key+"')", false)
	if w.plainKey {
		w.ask(path+"/"+key, false)
	}
	w.ask(path+"('"+key+"')", false)
	w.entity(path+"('"+key+"')", entity)
}

// entity walks what lies below one entity.
func (w *walker) entity(path, name string) {
	for _, f := range w.schema.Functions {
		if bound, many := w.bare(f.Parameters[0].Type); bound == name && !many {
			for _, call := range []string{f.Name, f.Name + "()", w.schema.Namespace + "." + f.Name, w.schema.Namespace + "." + f.Name + "()"} {
				w.ask(path+"/"+call, false)
			}
		}
	}
	for t, ok := w.typeOf(name); ok; {
		w.members(path, t)
		for _, n := range t.Navigations {
			entity, many := w.bare(n.Type)
			if many {
				w.set(path+"/"+n.Name, entity, true)
				continue
			}
			w.ask(path+"/"+n.Name, false)
			w.entity(path+"/"+n.Name, entity)
		}
		base, _ := w.bare(t.Base)
		t, ok = w.typeOf(base)
	}
}

// members walks the properties of an entity or of a complex value.
func (w *walker) members(path string, t csdlType) {
	for _, p := range t.Properties {
		nullable := p.Nullable != "false" || w.seen[path] == 204
		got := w.ask(path+"/"+p.Name, nullable)
		name, many := w.bare(p.Type)
		inner, structured := w.typeOf(name)
		switch {
		case p.Type == "Edm.Stream":
		case many:
			var list struct{ Value []json.RawMessage }
			count := w.ask(path+"/"+p.Name+"/$count", false)
			if err := json.Unmarshal([]byte(got.body), &list); err != nil || list.Value == nil || count.body != w.number(len(list.Value)) {
				w.t.Errorf("%s/%s: %.200s, count %s: %v", path, p.Name, got.body, count.body, err)
			}
		case structured:
			w.members(path+"/"+p.Name, inner)
		default:
			raw := w.ask(path+"/"+p.Name+"/$value", nullable)
			var single struct{ Value any }
			if got.status == 200 && (json.Unmarshal([]byte(got.body), &single) != nil || single.Value == nil || raw.status != 200) {
				w.t.Errorf("%s/%s: %.200s, raw %d %.200s", path, p.Name, got.body, raw.status, raw.body)
			}
			if text, ok := single.Value.(string); ok && text != raw.body {
				w.t.Errorf("%s/%s is %q, raw %q", path, p.Name, text, raw.body)
			}
		}
	}
}

func (w *walker) number(n int) string {
	text, err := json.Marshal(n)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// actions asks for those that are bound to a collection, which are done with
// POST by those who may.
func (w *walker) actions(path, entity string) {
	for _, a := range w.schema.Actions {
		if bound, many := w.bare(a.Parameters[0].Type); bound != entity || !many {
			continue
		}
		for _, name := range []string{a.Name, w.schema.Namespace + "." + a.Name} {
			target := w.root + path + "/" + name
			got := w.d.ask(w.t, "graph person", "POST", target, `{"messageIds":["`+w.keys[entity]+`"]}`)
			if got.status != http.StatusOK {
				w.t.Errorf("POST %s: %d %.200s", target, got.status, got.body)
			}
			if got := w.d.ask(w.t, "graph person", "GET", target, ""); got.status != 405 || got.header.Get("Allow") != "POST" {
				w.t.Errorf("GET %s: %d %v", target, got.status, got.header)
			}
		}
	}
}

// walkGraph asks everything that Graph's $metadata declares, on both versions.
func walkGraph(t *testing.T, d *desk) {
	for _, version := range []string{"/v1.0/", "/beta/"} {
		w := &walker{t: t, d: d, who: "graph contoso", root: version, plainKey: true, seen: map[string]int{}, keys: map[string]string{
			"serviceHealth": "OSDPPlatform", "serviceHealthIssue": "MO300", "serviceUpdateMessage": "MC1000003", "serviceAnnouncementAttachment": "a1",
		}}
		w.read(version + "$metadata")
		for _, s := range w.schema.Container.Singletons {
			w.ask(s.Name, false)
			name, _ := w.bare(s.Type)
			w.entity(s.Name, name)
		}
		if len(w.seen) < 150 {
			t.Errorf("only %d addresses below %s", len(w.seen), version)
		}
	}
}

// walkLegacy asks everything that the legacy API's $metadata declares. Posts of
// the message center have the properties of two types.
func walkLegacy(t *testing.T, d *desk) {
	for _, who := range []string{"legacy contoso", "legacy wire", "legacy documented"} {
		w := &walker{t: t, d: d, who: who, root: communications, seen: map[string]int{}, keys: map[string]string{
			"Service": "Exchange", "WorkloadStatus": "microsoftteams", "Message": "EX100", "MessageCenterMessage": "MC1000002",
		}}
		w.read(communications + "$metadata")
		for _, s := range w.schema.Container.Sets {
			name, _ := w.bare(s.EntityType)
			byKey := !slices.Contains(s.Annotations, csdlAnnotation{"Org.OData.Capabilities.V1.IndexableByKey", "false"})
			w.set(s.Name, name, byKey)
			if got := d.ask(t, who, "GET", communications+s.Name+"('Exchange')", ""); !byKey && (got.status != 404 || !strings.Contains(got.body, "filter by Workload")) {
				t.Errorf("%s by key: %d %s", s.Name, got.status, got.body)
			}
		}
		for _, path := range []string{"Messages('MC1000002')", "Messages('MC1000002')/" + w.schema.Namespace + ".MessageCenterMessage"} {
			w.ask(path, false)
			w.entity(path, "MessageCenterMessage")
		}
		if len(w.seen) < 150 {
			t.Errorf("only %d addresses", len(w.seen))
		}
	}
}

// What is asked of one entity of the legacy API is honoured or refused.
func legacyAddresses(t *testing.T, d *desk) {
	for _, tt := range []struct {
		target string
		status int
		want   string
	}{
		{"Messages('EX100')", 200, `"Id":"EX100"`},
		{"Messages(Id='EX100')", 200, `"Id":"EX100"`},
		{"Messages('EX100')?$select=Title", 200, `{"Title":"Trouble EX100"}`},
		{"Messages('EX100')?$top=1", 400, "AF30002"},
		{"Messages('EX100')?$expand=x", 501, "AF30007"},
		{"Messages('ex100')", 404, "AF30010"},
		{"Messages('FB900')", 404, "AF30010"},
		{"Messages('EX900')", 404, "AF30010"},
		{"Messages(ID='EX100')", 404, "AF30010"},
		{"Messages(EX100)", 404, "AF30010"},
		{"Messages/EX100", 404, "AF30010"},
		{"Messages('EX100')/Nothing", 404, "AF30010"},
		{"Messages('EX100')/title", 404, "AF30010"},
		{"Messages('EX100')/Category", 404, "AF30010"}, // a post's
		{"Messages('MC1000002')/Category", 200, `{"value":"Plan For Change"}`},
		{"Messages('EX100')/Title/$value", 200, "Trouble EX100"},
		{"Messages('EX100')/EndTime", 204, ""},
		{"Messages('EX100')/Messages/$count", 200, "2"},
		{"Messages('EX100')/Messages/$value", 404, "AF30010"},
		{"Messages('EX100')/Title?$filter=x", 400, "AF30002"},
		{"Messages('EX100')/Messages?$top=1", 501, "AF30007"},
		{"Messages/$count?$filter=Workload eq 'Exchange'", 200, "1"},
		{"Messages/$count?$top=1", 200, "6"},
		{"CurrentStatus/$count?$filter=Workload eq 'Forms'", 200, "1"},
		{"Services/$count", 200, "4"},
		{"Services('Exchange')", 200, `"Id":"Exchange"`},
		{"Services('exchange')", 404, "AF30010"},
		{"CurrentStatus('Exchange')", 200, `"Status":"ServiceDegradation"`},
		{"CurrentStatus('Exchange')/Status/$value", 200, "ServiceDegradation"},
		{"$metadata('x')", 404, "AF30010"},
		{"$metadata/$count", 404, "AF30010"},
	} {
		got := d.ask(t, "legacy contoso", "GET", communications+strings.ReplaceAll(tt.target, " ", "%20"), "")
		if got.status != tt.status || !strings.Contains(got.body, tt.want) || tt.want == "" && got.body != "" {
			t.Errorf("%s: %d %.300s, want %d %s", tt.target, got.status, got.body, tt.status, tt.want)
		}
	}
	got := d.ask(t, "legacy contoso", "GET", communications+"Messages('MC1000002')", "", "Accept", "application/json;odata.metadata=minimal")
	want := `{"@odata.context":"` + d.Base() + `/api/v1.0/contoso.example/$metadata#Messages/$entity","@odata.type":"#Microsoft.Office365ServiceComms.ExposedContracts.MessageCenterMessage",`
	if !strings.HasPrefix(got.body, want) {
		t.Errorf("an entity with metadata: %.300s, want %s", got.body, want)
	}
	if got := d.ask(t, "legacy fabrikam", "GET", communications+"Messages('EX100')", ""); got.status != 403 {
		t.Errorf("another tenant's issue: %d", got.status)
	}
}

// What is asked of a property is honoured or refused.
func graphProperties(t *testing.T, d *desk) {
	context := `{"@odata.context":"` + d.Base() + `/v1.0/$metadata#admin/serviceAnnouncement/`
	for _, tt := range []struct {
		target string
		status int
		want   string
	}{
		{"issues/EX100/posts", 200, context + `issues('EX100')/posts","value":[{"createdDateTime":"`},
		{"issues/EX100/posts?$filter=postType eq 'quick'&$select=postType", 200, context + `issues('EX100')/posts(postType)","value":[{"postType":"quick"}]}`},
		{"issues/EX100/posts?$orderby=createdDateTime desc&$top=1&$select=postType&$count=true", 200, `"@odata.count":2,"value":[{"postType":"quick"}]}`},
		{"issues/EX100/posts?$skip=1&$select=postType", 200, `"value":[{"postType":"quick"}]}`},
		{"issues/EX100/posts/$count?$filter=postType eq 'quick'", 200, "1"},
		{"issues/EX100/posts?$filter=text eq 'x'", 400, "Could not find a property named 'text'"},
		{"issues/EX100/posts?$expand=x", 501, "NotImplemented"},
		{"issues('EX100')/STATUS", 200, context + `issues('EX100')/status","value":"serviceDegradation"}`},
		{"issues/EX100/status/$value", 200, "serviceDegradation"},
		{"issues/EX100/status?$top=1", 400, "is for collections"},
		{"issues/EX100/endDateTime", 204, ""},
		{"issues/EX100/endDateTime?$top=1", 400, "is for collections"},
		{"issues/EX100/isResolved/$value", 200, "false"},
		{"issues/EX999/status", 404, "does not exist"},
		{"issues/EX100/state", 404, "no property"},
		{"issues/EX100/status/x", 404, "no property"},
		{"issues/EX100/status/$count", 404, "no property"},
		{"issues/EX100/posts/$value", 404, "no property"},
		{"issues/EX100/$value", 404, "Did you mean"},
		{"healthOverviews/Exchange/service", 200, context + `healthOverviews('Exchange')/service","value":"Exchange Online"}`},
		{"healthOverviews/Exchange/issues/EX100/title/$value", 200, "Trouble EX100"},
		{"messages/MC1000001/body", 200, context + `messages('MC1000001')/body","contentType":"html","content":"<p>About New icon</p>"}`},
		{"messages/MC1000001/body?$select=content", 200, context + `messages('MC1000001')/body(content)","content":"<p>About New icon</p>"}`},
		{"messages/MC1000001/body/content/$value", 200, "<p>About New icon</p>"},
		{"messages/MC1000001/viewPoint", 204, ""},
		{"messages/MC1000001/viewPoint/isRead", 204, ""},
		{"messages/MC1000002/services", 200, `"value":["Microsoft Teams","Microsoft Copilot (Microsoft 365)"]}`},
		{"messages/MC1000002/services/$count", 200, "2"},
		{"messages/MC1000002/services?$top=1&$count=true", 200, `"@odata.count":2,"value":["Microsoft Teams"]}`},
		{"messages/MC1000002/services?$filter=$it eq 'x'", 501, "NotImplemented"},
		{"messages/MC1000003/attachments/a1/name", 200, context + `messages('MC1000003')/attachments('a1')/name","value":"Guide.pdf"}`},
		{"messages/MC1000003/attachments/a1/size/$value", 200, "10240"},
		{"messages/MC1000003/attachments/a1/nope", 404, "no property"},
		{"?$expand=issues", 400, "Ask for what lies below"},
		{"?$top=1", 400, "is for collections"},
		{"?$filter=id eq 'x'", 400, "is for collections"},
		{"?$select=id", 200, context[:len(context)-1] + `(id)","id":"serviceAnnouncement"}`},
		{"?$select=issues", 200, `(issues)"}`},
		{"?$select=nope", 400, "Could not find a property"},
		{"?x=1", 400, "no query option"},
		{"issues/EX100?$top=1", 400, "is for collections"},
		{"issues/MO300/incidentReport?$count=true", 400, "is for collections"},
	} {
		got := d.ask(t, "graph contoso", "GET", announcements+strings.ReplaceAll(tt.target, " ", "%20"), "")
		if got.status != tt.status || !strings.Contains(got.body, tt.want) || tt.want == "" && got.body != "" {
			t.Errorf("%s: %d %.300s, want %d %s", tt.target, got.status, got.body, tt.status, tt.want)
		}
	}
	for _, who := range []string{"graph messages", "graph none"} {
		if got := d.ask(t, who, "GET", announcements+"issues/EX100/posts", ""); got.status != 403 {
			t.Errorf("%s reads posts: %d", who, got.status)
		}
	}
	d.ask(t, "graph other person", "POST", announcements+"messages/markRead", `{"messageIds":["MC1000003"]}`)
	got := d.ask(t, "graph other person", "GET", announcements+"messages/MC1000003/viewPoint/isRead/$value", "")
	if got.status != 200 || got.body != "true" || got.header.Get("ETag") != "" {
		t.Errorf("a person's mark: %d %v %s", got.status, got.header, got.body)
	}
}

// The service documents answer as all else does.
func serviceDocuments(t *testing.T, d *desk) {
	for target, who := range map[string]string{
		"/v1.0": "graph contoso", "/v1.0/": "graph contoso", "/beta/": "graph contoso", communications: "legacy contoso", strings.TrimSuffix(communications, "/"): "legacy contoso",
	} {
		w := &walker{t: t, d: d, who: who, root: target, seen: map[string]int{}}
		if got := w.ask("", false); !strings.Contains(got.body, `"url": "`) || got.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %v %.200s", target, got.header, got.body)
		}
	}
}

// $metadata is for everybody: it names no tenant, and may be kept by caches.
func publicMetadata(t *testing.T, d *desk) {
	for _, target := range []string{
		"/v1.0/$metadata", "/beta/$metadata", "/v1.0/%24metadata", "/v1.0/$metadata?$format=json", "/v1.0/$metadata/",
		"/api/v1.0/contoso.example/$metadata", communications + "$metadata", "/api/v1.0/" + url.PathEscape(fabrikam) + "/ServiceComms/$metadata",
		"/api/v1.0/nobody.example/ServiceComms/$metadata",
	} {
		got := d.ask(t, "", "GET", target, "")
		if got.status != 200 || got.header.Get("Cache-Control") != "public, max-age=3600" || strings.Contains(got.header.Get("Vary"), "Authorization") {
			t.Errorf("%s without a token: %d %v", target, got.status, got.header)
		}
		for _, word := range []string{"contoso", "fabrikam", contoso, fabrikam} {
			if strings.Contains(strings.ToLower(got.body), word) {
				t.Errorf("%s tells of %s", target, word)
			}
		}
		tag := got.header.Get("ETag")
		for name, want := range map[string]answer{
			"If-None-Match": {status: 304}, "If-Match": {status: 200, body: got.body},
		} {
			if again := d.ask(t, "", "GET", target, "", name, tag); tag == "" || again.status != want.status || again.body != want.body {
				t.Errorf("%s with %s: %s: %d %.100s", target, name, tag, again.status, again.body)
			}
		}
		if other := d.ask(t, "", "GET", target, "", "If-Match", `"other"`); other.status != 412 || other.header.Get("Cache-Control") == "public, max-age=3600" {
			t.Errorf("%s if it is another: %d %v", target, other.status, other.header)
		}
		for _, who := range []string{"graph expired", "graph other audience"} {
			if got := d.ask(t, who, "GET", target, ""); got.status != 200 {
				t.Errorf("%s as %s: %d", target, who, got.status)
			}
		}
		if got := d.ask(t, "", "POST", target, "{}"); got.status != 405 || got.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("POST %s: %d %v", target, got.status, got.header)
		}
		if got := d.ask(t, "", "GET", target, "", "Accept", "image/png"); !strings.Contains(target, "format") && got.status != 406 {
			t.Errorf("%s as a picture: %d", target, got.status)
		}
	}
	for _, target := range []string{"/v1.0/", "/v1.0/admin", "/v1.0/$metadata/x", communications, communications + "Services", "/api/v1.0/contoso.example/x/$metadata", "/api/v1.0/not a tenant/$metadata"} {
		if got := d.ask(t, "", "GET", strings.ReplaceAll(target, " ", "%20"), ""); got.status != 401 {
			t.Errorf("%s without a token: %d", target, got.status)
		}
	}
}
