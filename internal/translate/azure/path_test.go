package azure

import "testing"

func TestPaths(t *testing.T) {
	t.Parallel()
	const own = "https://contoso.cognitiveservices.azure.com"
	for want, c := range map[string]Config{
		"/translate?api-version=3.0":                        {Address: global, Version: Version3},
		"/translate?api-version=2026-06-06":                 {Address: global, Version: Version2026},
		"/translator/text/v3.0/translate?api-version=3.0":   {Address: own, Version: Version3},
		"/translator/text/translate?api-version=2026-06-06": {Address: own + "/", Version: Version2026},
	} {
		if got := path(c); got != want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
