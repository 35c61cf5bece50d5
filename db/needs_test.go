package db

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
)

// ownVerbs are the use cases that require no permission, and why.
var ownVerbs = map[string]string{
	"SignIn": "anybody may try", "FinishSignIn": "the second step of it", "SignOut": "ends one's own session",
	"RememberDevice": "of one's own session", "SetUp": "only while there is no user",
	"AcceptInvitation": "by a token", "FinishReset": "by a token",
	"UpdateAccount": "one's own account", "ChangePassword": "one's own account", "ChangeEmail": "one's own account",
	"StartSecondFactor": "one's own account", "ConfirmSecondFactor": "one's own account", "DisableSecondFactor": "one's own account",
	"NewRecoveryCodes": "one's own account", "EndSession": "one's own sessions", "EndOtherSessions": "one's own sessions",
	"ChooseColumns": "one's own setting", "ChooseHomeCards": "one's own setting", "ChooseDefaultSavedView": "one's own setting",
	"CreateSavedView": "one's own saved views", "UpdateSavedView": "one's own saved views",
	"DeleteSavedView": "one's own saved views", "RestoreSavedView": "one's own saved views",
	"AdoptBrowserTimeZone": "one's own account", "CloseTimeZoneNotice": "one's own setting", "CloseFirstSteps": "one's own setting",
	"RecordRefusal": "what one was refused",
	"CreateToken":   "one's own tokens", "RevokeToken": "one's own tokens",
}

// readVerbs only read. What the actor may not see does not exist for them.
var readVerbs = []string{
	"Assignees", "Contact", "Contacts", "ContactsOf", "CountContacts", "CountInteractions",
	"CountOrganizations", "Due", "Events", "FindContacts", "FindOrganizations", "FindValues", "HasValue",
	"DefaultSavedView", "FollowUp", "HomeCards", "Interaction", "Interactions", "LastTouched",
	"Link", "LinkedContacts", "LinkedOrganizations", "ListColumns", "Neighbors", "NewFollowUps", "OpenSessions", "Organization",
	"Organizations",
	"OrganizationsOf", "OrganizationsOfAll", "Origin", "Outcomes", "OwnChanges", "Owners", "Recent", "RoleLabels", "Search",
	"SearchInteractions", "SecondFactor", "Suggestions", "SavedView", "SavedViews", "Tokens", "Twins",
}

// TestNobodyWritesWithoutTheRight calls every use case with an actor who has an account and no
// rights.
func TestNobodyWritesWithoutTheRight(t *testing.T) {
	t.Parallel()
	d := openHere(t)
	u, err := d.CreateUser(t.Context(), System, NewUser{
		Email: "nil@x.example", FullName: "Nil Right", Role: "Viewer", TimeZone: "UTC", Hash: "x",
	})
	if err != nil {
		t.Fatal(err)
	}
	nobody := Actor{UserID: u.ID}
	called := map[string]bool{}
	store := reflect.ValueOf(d)
	for i := range store.NumMethod() {
		name, verb := store.Type().Method(i).Name, store.Method(i)
		if verb.Type().NumIn() < 2 || verb.Type().In(1) != reflect.TypeFor[Actor]() {
			continue
		}
		called[name] = true
		if ownVerbs[name] != "" {
			continue
		}
		args := []reflect.Value{reflect.ValueOf(t.Context()), reflect.ValueOf(nobody)}
		for j := 2; j < verb.Type().NumIn(); j++ {
			args = append(args, argument(verb.Type().In(j)))
		}
		before := changes(t, d)
		answers := verb.Call(args)
		err, _ := answers[len(answers)-1].Interface().(error)
		if !slices.Contains(readVerbs, name) && !errors.Is(err, ErrForbidden) {
			t.Errorf("%s returns %v to an actor without rights", name, err)
		}
		if after := changes(t, d); after != before {
			t.Errorf("%s changed %d rows for an actor without rights", name, after-before)
		}
	}
	for name := range ownVerbs {
		if !called[name] {
			t.Errorf("there is no verb %s", name)
		}
	}
	for _, name := range readVerbs {
		if !called[name] {
			t.Errorf("there is no verb %s", name)
		}
	}
}

// argument returns an empty value for a parameter of a use case.
func argument(of reflect.Type) reflect.Value {
	switch of {
	case reflect.TypeFor[*RecordKind]():
		return reflect.ValueOf(OrganizationKind)
	case reflect.TypeFor[Vocabulary]():
		return reflect.ValueOf(Vocabularies[0])
	case reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	}
	return reflect.Zero(of)
}

// changes returns how many rows the writer's connection has changed since it was opened.
func changes(t *testing.T, d *DB) (n int) {
	t.Helper()
	if err := d.writer.QueryRow(t.Context(), "SELECT total_changes()").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEachNeedNamesWhatIsMissing checks each need against its permissions without one.
// permissionNeeds are the needs made of permissions.
var permissionNeeds = []Need{
	ViewClients, EditClients, ViewInteractions, EditInteractions, ManageAccounts, ManageWebhooks, ManageVocabularies, ManageOutcomes,
	HandOverClients, RunRegistry, ReadAudit, ReadHistory, ReadInteractionHistory, SeeAccess,
}

// TestPermissionsAreOfferedThatSomethingRequires: and no others.
func TestPermissionsAreOfferedThatSomethingRequires(t *testing.T) {
	t.Parallel()
	for _, p := range Permissions {
		required := slices.ContainsFunc(permissionNeeds, func(n Need) bool {
			return slices.Contains(n.all, p) || slices.Contains(n.either, p)
		})
		if p.Offered() != required {
			t.Errorf("%s is offered: %t, and required: %t; see unused in db/permissions.go", p, p.Offered(), required)
		}
	}
}

func TestEachNeedNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, n := range permissionNeeds {
		if !n.MetBy(Actor{May: Permissions}) || !n.MetBy(System) {
			t.Errorf("%v is not met by all permissions", n)
		}
		for _, p := range n.all {
			less := slices.DeleteFunc(slices.Clone(Permissions), func(q Permission) bool { return q == p })
			if err := n.Refuse(Actor{May: less}); !errors.Is(err, ErrForbidden) || !errors.Is(err, Missing{p}) {
				t.Errorf("without %s: %v", p, err)
			}
		}
		if n.MetBy(Actor{UserID: newID()}) {
			t.Errorf("%v is met by nobody's rights", n)
		}
	}
	for _, by := range []Actor{{}, {UserID: newID(), May: Permissions}} {
		if Program.MetBy(by) || (Need{}).MetBy(by) {
			t.Errorf("%v is the program", by)
		}
	}
	if !OwnAccount.MetBy(System) || OwnAccount.MetBy(Actor{May: Permissions}) || !OwnAccount.MetBy(Actor{UserID: newID()}) {
		t.Error("an own account is that of a user")
	}
}
