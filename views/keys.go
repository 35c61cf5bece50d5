package views

// Keys lists the keyboard shortcuts.
type Keys struct{ Page }

// Template names the page.
func (Keys) Template() string { return "keys/index.html" }

// KeysDialog is the list over a page, where the script hides the keys that do nothing there.
type KeysDialog struct{ Keys }

// Template names the dialog.
func (KeysDialog) Template() string { return "keys/_dialog.html" }

func (KeysDialog) page() *Page { return nil }
