package demo

// What the office writes in English, about clients of every language.

func englishCalls() []string {
	return []string{
		"Renewal confirmed for {n} months", "Asked about invoice {n}", "Delivery date for the next batch", "Call back about the {n} % discount",
		"Checked who signs the order", "Questions about the new contract", "Complaint about a late pick-up", "Access for {n} more people",
		"Went through the open points", "Wants a quote for the second site", "Confirmed the visit next week", "Budget for next year",
	}
}

func englishEmails() []string {
	return []string{
		"Quote {n} sent", "Insurance certificate sent", "Price list for next year",
		"Capacity for the first quarter", "Revised terms, version {n}",
		"Invoice {n} sent again", "Introduction to the support team", "Minutes of the last meeting", "Answers to the tender questions",
		"Data sheet for the new model", "Reminder: signature missing", "Thanks for the visit",
	}
}

func englishMeetings() []string {
	return []string{
		"Quarterly review on site", "Demonstration for {n} people", "Kick-off with the project team",
		"Contract negotiation, round {n}", "Visit to the new warehouse",
		"Acceptance of the second line", "Lunch with the new director", "Planning for next year",
	}
}

func englishNotes() []string {
	return []string{
		"New warehouse opens in March", "Purchasing has moved to head office",
		"Compares us with {n} other suppliers", "Prefers to be called before noon",
		"Closed for two weeks in August", "Merger announced, name may change", "Pays on day {n} of the month", "Card from the trade fair",
		"New contact in accounts from Monday", "Tender expected in spring",
	}
}

// callsUnanswered are the subjects of calls that nobody answered.
var callsUnanswered = []string{
	"Tried to reach {person}", "Second attempt about the quote", "Rang about the open invoice", "Asked to be called back",
}

// nextSteps are texts of follow-ups, by the channel of their interaction.
var nextSteps = [][]string{
	{"Send the revised quote", "Call back about the delivery date", "Confirm the price in writing", "Ask {person} for the order number"},
	{"Ask whether the quote arrived", "Send the insurance certificate", "Call {person} about the terms", "Chase the signature"},
	{"Write the minutes", "Agree a date for the next visit", "Send the price list for next year", "Prepare the demonstration for {person}"},
	{"Find out who decides now", "Ask whether the tender is decided", "Check the new address", "Congratulate {person}"},
}

// ownSteps is what is to be done for a client without a word said before, and officeSteps for none.
var ownSteps = []string{
	"Ask whether the new depot is open", "Renewal talk", "Book the room for the yearly review", "Check the price for {n} months",
	"Send {person} the dates for next month", "Ring {person} about the open invoice",
}

var officeSteps = []string{
	"Say yes or no to the trade fair stand", "Order {n} new brochures", "Read the new price list", "Plan the visits of next month",
}

func englishBodies() []string {
	return []string{
		"{person} wants the extra module in the same order, and **one invoice per quarter**.\n\n" +
			"- Revised quote by Thursday\n- Start of term on the first",
		"Asks for guaranteed slots and the latest insurance certificate.",
		"Volume is up {n} % on last quarter. Two late pick-ups discussed and closed.",
		"They will decide at the next board meeting. We call the day after.",
		"Two points stay open:\n\n1. who pays for the return of the {n} crates\n2. whether the price holds until summer",
		"Happy with the team, less so with the paperwork. Could we send *one* delivery note per order?",
		"The budget is approved. Legal reads the contract this week.",
		"Met the new head of operations. Wants a short overview of everything that runs between us.\n\n> Please keep it to one page.",
		"No decision yet: {n} offers are on the table and ours is the second cheapest.",
		"Sent the files to {person} and to the shared mailbox.\n\nOrder number `PO-{n}`.",
		"Delivery on the 14th is fine if it arrives **before 10:00**; the gate closes after that.",
		"The invoice was right; they had booked it twice. Nothing to do.",
		"Would recommend us to a sister company and sends the name next week.",
		"Wants training for {n} people in the new year, half of them remote.",
	}
}
