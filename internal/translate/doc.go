// Package translate puts the posts of a provider into the reader's language.
//
// A post is cut into segments, and each segment is answered by the first that
// knows it: what a person wrote, the phrase book, the memory of what an engine
// said of the same words before. What nobody knows stays in English and says
// so; an engine is asked for it in the background, with ids, names, dates and
// quoted texts protected, and what it answers is checked before it is believed.
// The original is never lost: every [Line] has its source and its [Origin].
//
// [Segments] cuts a text, [KeyOf] says which segments mean the same, and a
// [Book] answers whole segments: it is data, book/phrasebook.json, and its
// sentences are looked for word by word in one tree, with closed slots.
//
// It keeps nothing and reaches nobody by itself: the memory is a room of the
// store, engines are its children. Begin reading at [Line].
package translate
