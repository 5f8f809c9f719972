package demo

// The phrases say where an issue stands. {part} is the component at fault,
// {fix} what is being done ("renewing the certificate"), {done} a percentage.

func openingPhrases() []string {
	return []string{
		"We're looking into reports about {service} and finding out whether your organization is affected.",
		"Our monitoring has noticed something unusual in {service}. We're checking whether people in your organization notice it too.",
		"Several organizations have told us about trouble with {service}. We're collecting examples to understand what they have in common.",
		"An automatic test of {service} has failed more often than usual since a short while ago. We're finding out what that means for users.",
	}
}

func searchingPhrases() []string {
	return []string{
		"We haven't been able to see the problem ourselves yet. We're working with two organizations that can show it to us.",
		"The numbers that we watch look normal, and yet reports keep coming in. We're going through the requests of affected people one by one.",
		"We've ruled out the latest release and a change of the network. What remains is {part}, which we're looking at now.",
		"We're comparing traces of requests that worked with those that did not.",
	}
}

func confirmedPhrases() []string {
	return []string{
		"We've seen the problem in our own tests and are narrowing down where it begins.",
		"Error rates confirm what people report. Several teams have joined the search for the cause.",
		"We know which requests fail and are following them step by step through the service.",
		"The problem comes from our side and not from devices or networks of users. We're looking at what changed shortly before it began.",
	}
}

func foundPhrases() []string {
	return []string{
		"We've traced the problem to {part}. We're preparing to bring it back to normal by {fix}.",
		"The cause lies in {part}. A remedy is being tested now: {fix}.",
		"{Part} turned out to be the source. We've begun {fix} on a few machines to see whether it helps.",
		"We now know that {part} is at fault, and we've decided on a way forward: {fix}.",
	}
}

func fixingPhrases() []string {
	return []string{
		"We're {fix}. This has reached about {done} percent of the systems concerned, and errors go down where it has.",
		"The remedy works where we've tried it. We're {fix} in the remaining places, {done} percent so far.",
		"Progress is slower than we had hoped, since each group of machines is checked before the next one. About {done} percent is done.",
		"Step by step we're {fix}. Some people already see an improvement.",
		"A first attempt helped for a short time only. We're {fix} in a more thorough way, and {done} percent is finished.",
	}
}

func restoringPhrases() []string {
	return []string{
		"We've finished {fix}. Most people should notice that things are back to normal; the rest will follow as queues empty.",
		"{Fix} is done everywhere. We're waiting for {part} to work off what has piled up.",
		"The service is coming back. We keep watching it and step in where {part} lags behind.",
	}
}

func verifyingPhrases() []string {
	return []string{
		"All measurements have been normal for half an hour. We're asking some affected organizations to confirm that.",
		"Our tests succeed again. We're observing {part} under the load of a full working hour before we call this over.",
		"We see no more errors and are comparing today's traffic with that of an ordinary day.",
	}
}

func extendedPhrases() []string {
	return []string{
		"A lasting remedy is on its way: {fix}. It travels with the regular updates and has reached {done} percent of users.",
		"Because each environment has to be checked, {fix} will take some weeks. {done} percent is finished.",
		"Nothing has changed in how this affects people. The repair is going on as planned and stands at {done} percent.",
		"We paused the rollout for two days to look at an unrelated signal and have resumed it. It covers {done} percent.",
	}
}

func suspendedPhrases() []string {
	return []string{
		"We can't go further without traces from an affected computer. We've written to the organizations that reported this and will go on once we hear from them.",
		"No new report has come in for two days. We're keeping this open and waiting for an example that we can follow.",
	}
}

func falseAlarmPhrases() []string {
	return []string{
		"Nothing was wrong with {service}. The reports go back to a network provider that has since corrected its routing.",
		"We found that the tests which raised this alarm were at fault, not the service. Users weren't affected.",
		"The behaviour that was reported is the intended one. We'll make the documentation clearer.",
		"What people saw was caused by a browser extension that its maker has withdrawn.",
	}
}

func restoredPhrases() []string {
	return []string{
		"By {fix} we've brought the service back to normal. Our measurements and several organizations confirm it.",
		"The problem ended after {fix}. We watched the service for some hours and saw no more errors.",
		"We completed {fix}, and everything that had been waiting has been worked off since.",
		"{Fix} has solved the problem for everybody who was affected.",
	}
}
