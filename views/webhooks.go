package views

// Webhooks is the list of webhooks.
type Webhooks struct {
	Page
	Rows   []WebhookRow
	Result string // the number of webhooks, in words
}

// Template names the page.
func (Webhooks) Template() string { return "webhooks/index.html" }

// WebhookRow is a webhook in the list.
type WebhookRow struct {
	URL, Href string
	State     State
	Events    string
	Waiting   string // the number of deliveries to be sent
	Sent      *Time  // the last try; nil if there was none
	Answer    string // to the last try
}

// WebhookForm makes or changes a webhook.
type WebhookForm struct {
	Page
	Heading, Action, Submit string
	Webhook                 *Ref   // nil for a new one
	Version                 int    // 0 for a new one
	Was                     string // the encoded values that the form was made with
	Conflict                *Conflict
	URL                     Field
	All                     bool // whether all events are chosen
	Number                  int  // of all events
	Groups                  []EventGroup
	EventError              string
	Active                  bool
	ActiveError             string
}

// Template names the page.
func (WebhookForm) Template() string { return "webhooks/form.html" }

// EventGroup is a kind of record and its events to tick.
type EventGroup struct {
	Heading string
	Events  []EventChoice
}

// EventChoice is an event to tick.
type EventChoice struct {
	Name, Label string
	Ticked      bool
}

// Webhook is the page of a webhook.
type Webhook struct {
	Page
	Name, Base string
	Meta       WebhookMeta
	Acts       WebhookActs
	Off        WebhookOff
	Secret     WebhookSecret
	Events     []string // empty for all
	Maker      string   // who answers for it, "" if they left
	Made       *Time
	Deliveries Deliveries
}

// Template names the page.
func (Webhook) Template() string { return "webhooks/show.html" }

// WebhookSwitch is what the buttons that switch a webhook on and off send.
type WebhookSwitch struct {
	Base    string
	Active  bool
	Version int
	Was     string // its encoded state
}

// WebhookActs are the buttons of a webhook's page.
type WebhookActs struct{ WebhookSwitch }

// Template names the fragment.
func (WebhookActs) Template() string { return "webhooks/_acts.html" }

// WebhookOff says why a webhook sends nothing, if it does not.
type WebhookOff struct {
	WebhookSwitch
	Why, Do string // why nothing is sent and what to do, "" if it is
	Bad     bool   // whether the program stopped sending, not a person
}

// Template names the fragment.
func (WebhookOff) Template() string { return "webhooks/_off.html" }

// WebhookMeta is the line under a webhook's name.
type WebhookMeta struct {
	URL          string
	State        State
	Waiting      string // how many deliveries wait, "" for none
	WaitingSince *Time
}

// Template names the line.
func (WebhookMeta) Template() string { return "webhooks/_meta.html" }

// WebhookSecret is what people see of the secrets that sign.
type WebhookSecret struct {
	End       string // of the one now; "" if it cannot be read
	Since     *Time
	BeforeEnd string // of the previous one, while it still signs
	Until     *Time
}

// Deliveries is the card with a webhook's deliveries, and its fragment.
type Deliveries struct {
	Base    string // address of the webhook
	Poll    string // address to read the card from again while one is being sent, "" if none is
	Choices []Option
	Rows    []DeliveryRow
	Result  string
	Older   string // address of the next ones, "" for none
	Newest  string // address of the first ones, "" if they are shown
	Longer  string // address of all that were loaded
	Nothing string // why there are no rows
}

// Template names the card.
func (Deliveries) Template() string { return "webhooks/_deliveries.html" }

// OlderDeliveries are the next rows and the foot below them, for htmx.
type OlderDeliveries struct{ Deliveries }

// Template names the fragment.
func (OlderDeliveries) Template() string { return "webhooks/_older.html" }

// DeliveryRow is a delivery in the list.
type DeliveryRow struct {
	ID, Event, Href string // Href opens or closes it
	About           []Word
	Name            string // About as text
	State           State
	Tries           int
	Answer          string // to the last try
	At              *Time  // of the last try
	Again           string // address of the form that sends it again, "" if that is not possible
	Open            *OpenDelivery
}

// OpenDelivery is what an open row shows in addition.
type OpenDelivery struct {
	Tries   []TryRow
	Answer  string // what the last answer said
	Headers string
	Body    string
}

// TryRow is a try of a delivery.
type TryRow struct {
	At             *Time
	Result, Detail string
}

// NewWebhookSecret shows a new secret, once.
type NewWebhookSecret struct {
	Page
	Name, Href, Secret string
	Rotated            bool   // whether there was one before
	BeforeEnd          string // of the previous one, while it still signs
	Until              *Time
}

// Template names the page.
func (NewWebhookSecret) Template() string { return "webhooks/secret.html" }

// WebhookDeletion asks whether to delete a webhook.
type WebhookDeletion struct {
	Page
	Name, Base string
	Waiting    string // how many deliveries wait, "" for none
	Active     bool
}

// Template names the page.
func (WebhookDeletion) Template() string { return "webhooks/delete.html" }
