package sink

// texts are those of the pages, by language. The spaces before French colons and
// the like are narrow and do not break.
func texts() map[string]map[string]string {
	return map[string]map[string]string{
		"en": {
			"lead":      "What the channels of the demonstration have sent. Nothing has left this machine.",
			"pages":     "What came",
			"languages": "Languages",
			"again":     "Show what came since",
			"mail":      "Mailbox", "cards": "Cards", "hooks": "Webhooks",
			"nomail": "No mail yet. The first one comes when the incident begins.", "nocards": "No card yet. The first one comes when the incident begins.",
			"nohooks": "No webhook yet. The first one comes when the incident begins.",
			"from":    "From", "to": "To", "at": "Arrived", "text": "As text", "html": "As HTML", "fields": "Fields of the head", "back": "All mails",
			"signed": "signed by this desk", "unsigned": "not signed by this desk, refused", "body": "Body", "id": "Id",
		},
		"fr": {
			"lead":      "Ce que les canaux de la démonstration ont envoyé. Rien n’a quitté cette machine.",
			"pages":     "Ce qui est arrivé",
			"languages": "Langues",
			"again":     "Afficher ce qui est arrivé depuis",
			"mail":      "Boîte aux lettres", "cards": "Cartes", "hooks": "Webhooks",
			"nomail": "Aucun message pour le moment. Le premier arrive au début de l’incident.", "nocards": "Aucune carte pour le moment. La première arrive au début de l’incident.",
			"nohooks": "Aucun webhook pour le moment. Le premier arrive au début de l’incident.",
			"from":    "De", "to": "À", "at": "Reçu", "text": "En texte", "html": "En HTML", "fields": "Champs d’en-tête", "back": "Tous les messages",
			"signed": "signé par ce service", "unsigned": "non signé par ce service, refusé", "body": "Corps", "id": "Identifiant",
		},
		"ja": {
			"lead":      "デモのチャネルが送信した内容です。このコンピューターの外には何も送信されていません。",
			"pages":     "届いたもの",
			"languages": "言語",
			"again":     "その後に届いたものを表示",
			"mail":      "メールボックス", "cards": "カード", "hooks": "Webhook",
			"nomail": "メールはまだありません。インシデントが始まると最初のメールが届きます。", "nocards": "カードはまだありません。インシデントが始まると最初のカードが届きます。",
			"nohooks": "Webhook はまだありません。インシデントが始まると最初の Webhook が届きます。",
			"from":    "差出人", "to": "宛先", "at": "受信", "text": "テキスト", "html": "HTML", "fields": "ヘッダーのフィールド", "back": "すべてのメール",
			"signed": "このデスクの署名あり", "unsigned": "このデスクの署名なし（拒否）", "body": "本文", "id": "ID",
		},
	}
}
