// Package odata reads OData 4.01 query options and answers them: raw query to
// options, `$filter` to a syntax tree, the tree to a predicate that is bound to
// an entity model, and the model to its `$metadata`. It knows nothing about
// the product that uses it.
//
// A caller describes its data once, as a [Model] of [Type], [Property] and
// [Enum] tables, and each of its collections as an [Endpoint]:
//
//	issues := &odata.Endpoint{
//		Model:  model,
//		Type:   issue,
//		Allow:  []string{"$filter", "$orderby", "$select", "$top", "$skip", "$count"},
//		Ignore: []string{"api-version"},
//	}
//	opts, err := issues.Parse(r.URL.RawQuery, time.Now())
//
// Every error is an [*Error] with a [Code] for the API layer to map. What is
// parsed is then asked about rows in memory: [Filter.Match] reads a [Row] by
// property index and does not allocate; [OrderBy.Compare] sorts the rows that
// are left.
//
// [Filter.Conjuncts] and [Filter.Mentions] tell which conditions every match
// must meet, so that the caller can choose an index or a default time window.
//
// # Rules
//
//   - The raw query is split at '&', then at the first '=', and percent-decoded
//     once. A raw ';' is legal only within the parentheses of $expand.
//   - `$filter` and `filter` are the same option, in any case. Property names
//     follow [Model.FoldNames].
//   - A query holds at most 8 KB, an expression at most 100 levels and 200
//     nodes; see [Limits].
//   - Instants are compared in microseconds, finer digits are cut off. A date
//     compared with an instant means midnight UTC.
//   - `eq` and `ne` know null; `gt`, `ge`, `lt`, `le` with one null are false;
//     `and`, `or`, `not` have three values and only true matches.
//   - `'x' in services` looks into a collection, as `services/any(s:s eq 'x')`
//     does. `$it/title` is the entity's own property, also within any and all.
//   - Arithmetic, `isof`, `cast` and a few more are recognised and refused with
//     [NotImplemented]. A slip of the pen, such as text in double quotes, is not
//     among them: the error says where it is and what to write.
package odata
