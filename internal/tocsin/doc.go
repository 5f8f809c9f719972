// Package tocsin is the vocabulary of the service-health desk: one file per
// noun, with its fields, its rules and the errors it can give. It imports the
// standard library only, and every other package speaks in its words.
//
// The nouns are those of the field. A [Tenant] is an organisation whose health
// is tracked. A [Service] has [Feature] parts and an [Overview], its current
// status. An [Issue] is a provider's service-health issue made of [Post]
// updates; a [Message] is a message-center post. Each state of one of these is
// a [Document]; a [Version] says that a tenant saw a document, and a [Change]
// is the outbox row that everything downstream is driven by.
//
// Documents are kept in the wire form of Microsoft Graph serviceAnnouncement,
// as received. What other providers say beyond that form travels in members
// whose names start with "@tocsin.".
package tocsin
