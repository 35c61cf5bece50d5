package handlers

import (
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// route is one URL: who may use it, and its handler.
type route struct {
	method, path string
	access       middleware.Access
	handler      func(*Server, *gin.Context) error
}

// What routes require. The server does not start if a route requires nothing.
var (
	public       = middleware.Access{Need: db.Anybody, Public: true}
	halfSignedIn = middleware.Access{Need: db.Anybody, HalfSignedIn: true}
	signedIn     = middleware.Access{Need: db.OwnAccount}
	enrolling    = middleware.Access{Need: db.OwnAccount, Enrolling: true}

	viewClients        = middleware.Access{Need: db.ViewClients}
	editClients        = middleware.Access{Need: db.EditClients}
	viewInteractions   = middleware.Access{Need: db.ViewInteractions}
	editInteractions   = middleware.Access{Need: db.EditInteractions}
	manageUsers        = middleware.Access{Need: db.ManageAccounts}
	manageWebhooks     = middleware.Access{Need: db.ManageWebhooks}
	manageVocabularies = middleware.Access{Need: db.ManageVocabularies}
	manageSystem       = middleware.Access{Need: db.RunRegistry}
	downloadBackups    = middleware.Access{Need: db.DownloadBackups}
	handOver           = middleware.Access{Need: db.HandOverClients}
	seeAccess          = middleware.Access{Need: db.SeeAccess}
	viewAudit          = middleware.Access{Need: db.ReadAudit}
	viewHistory        = middleware.Access{Need: db.ReadHistory}
)

// routes are all URLs of the registry. Nothing else in this package decides who may do what.
var routes = []route{
	{"GET", "/healthz", public, (*Server).health},
	{"GET", "/readyz", public, (*Server).ready},
	{"GET", "/api/docs", public, (*Server).apiDocs},
	{"GET", "/setup", public, (*Server).setupShow},
	{"POST", "/setup", public, (*Server).setupCreate},
	{"GET", "/login", public, (*Server).loginShow},
	{"POST", "/login", public, (*Server).loginCreate},
	{"GET", "/login/mfa", halfSignedIn, (*Server).loginCodeShow},
	{"POST", "/login/mfa", halfSignedIn, (*Server).loginCodeCreate},
	{"POST", "/logout", enrolling, (*Server).logout},
	{"GET", "/account", signedIn, (*Server).accountShow},
	{"POST", "/account", signedIn, (*Server).accountUpdate},
	{"POST", "/account/theme", signedIn, (*Server).themeUpdate},
	{"POST", "/account/email", signedIn, (*Server).emailUpdate},
	{"POST", "/account/password", signedIn, (*Server).passwordUpdate},
	{"POST", "/account/columns", signedIn, (*Server).chooseColumns},
	{"POST", "/account/time-zone-notice/close", signedIn, (*Server).timeZoneNoticeClose},
	{"POST", "/account/first-steps/close", signedIn, (*Server).firstStepsClose},
	{"GET", "/account/mfa", enrolling, (*Server).secondFactorShow},
	{"GET", "/account/mfa/qr.png", enrolling, (*Server).secondFactorQR},
	{"POST", "/account/mfa", enrolling, (*Server).secondFactorCreate},
	{"POST", "/account/mfa/recovery-codes", signedIn, (*Server).recoveryCodesCreate},
	{"POST", "/account/mfa/recovery-codes/file", signedIn, (*Server).recoveryCodesFile},
	{"POST", "/account/mfa/disable", signedIn, (*Server).secondFactorDisable},
	{"GET", "/account/sessions", signedIn, (*Server).accountShow},
	{"POST", "/account/sessions/end-others", signedIn, (*Server).sessionEndOthers},
	{"POST", "/account/sessions/:id/end", signedIn, (*Server).sessionEnd},
	{"GET", "/account/tokens", signedIn, (*Server).tokenIndex},
	{"GET", "/account/tokens/new", signedIn, (*Server).tokenNew},
	{"POST", "/account/tokens", signedIn, (*Server).tokenCreate},
	{"POST", "/account/tokens/:id/revoke", signedIn, (*Server).tokenRevoke},

	{"GET", "/", signedIn, (*Server).home},
	{"POST", "/account/home", signedIn, (*Server).homeChoose},
	{"POST", "/account/home/views", signedIn, (*Server).homeViewChoose},
	{"GET", "/keys", signedIn, (*Server).keyIndex},
	{"GET", "/search", viewClients, (*Server).search},
	{"GET", "/palette", viewClients, (*Server).palette},

	{"GET", "/suggestions/outcome", editInteractions, (*Server).suggestionIndex},
	{"GET", "/suggestions/:field", editClients, (*Server).suggestionIndex},

	{"GET", "/organizations", viewClients, (*Server).recordIndex},
	{"GET", "/organizations/new", editClients, (*Server).recordNew},
	{"GET", "/organizations/options", viewClients, (*Server).organizationOptions},
	{"POST", "/organizations", editClients, (*Server).recordCreate},
	{"GET", "/organizations/batch", editClients, (*Server).recordBatchShow},
	{"POST", "/organizations/batch", editClients, (*Server).recordBatch},
	{"GET", "/organizations/twins", editClients, (*Server).twinIndex},
	{"GET", "/organizations/:id", viewClients, (*Server).recordShow},
	{"GET", "/organizations/:id/twins", editClients, (*Server).recordTwins},
	{"GET", "/organizations/:id/edit", editClients, (*Server).recordEdit},
	{"POST", "/organizations/:id", editClients, (*Server).recordUpdate},
	{"GET", "/organizations/:id/fields/:field", viewClients, (*Server).recordFieldShow},
	{"GET", "/organizations/:id/fields/:field/edit", editClients, (*Server).recordFieldEdit},
	{"POST", "/organizations/:id/fields/:field", editClients, (*Server).recordFieldUpdate},
	{"POST", "/organizations/:id/archive", editClients, (*Server).recordArchive},
	{"POST", "/organizations/:id/restore", editClients, (*Server).recordRestore},
	{"GET", "/organizations/:id/contacts", viewClients, (*Server).linkIndex},
	{"POST", "/organizations/:id/contacts", editClients, (*Server).linkCreate},
	{"GET", "/organizations/:id/contacts/:contact_id", viewClients, (*Server).linkShow},
	{"GET", "/organizations/:id/contacts/:contact_id/edit", editClients, (*Server).linkEdit},
	{"POST", "/organizations/:id/contacts/:contact_id", editClients, (*Server).linkUpdate},
	{"POST", "/organizations/:id/contacts/:contact_id/unlink", editClients, (*Server).unlink},
	{"GET", "/organizations/:id/interactions", viewInteractions, (*Server).timelineIndex},
	{"GET", "/organizations/:id/interactions/new", editInteractions, (*Server).interactionNew},
	{"POST", "/organizations/:id/interactions", editInteractions, (*Server).interactionCreate},
	{"GET", "/organizations/:id/history", viewHistory, (*Server).historyIndex},
	{"GET", "/organizations/:id/access", seeAccess, (*Server).accessIndex},

	{"GET", "/contacts", viewClients, (*Server).recordIndex},
	{"GET", "/contacts/new", editClients, (*Server).recordNew},
	{"GET", "/contacts/options", viewClients, (*Server).contactOptions},
	{"POST", "/contacts", editClients, (*Server).recordCreate},
	{"GET", "/contacts/batch", editClients, (*Server).recordBatchShow},
	{"POST", "/contacts/batch", editClients, (*Server).recordBatch},
	{"GET", "/contacts/twins", editClients, (*Server).twinIndex},
	{"GET", "/contacts/:id", viewClients, (*Server).recordShow},
	{"GET", "/contacts/:id/twins", editClients, (*Server).recordTwins},
	{"GET", "/contacts/:id/edit", editClients, (*Server).recordEdit},
	{"POST", "/contacts/:id", editClients, (*Server).recordUpdate},
	{"GET", "/contacts/:id/fields/:field", viewClients, (*Server).recordFieldShow},
	{"GET", "/contacts/:id/fields/:field/edit", editClients, (*Server).recordFieldEdit},
	{"POST", "/contacts/:id/fields/:field", editClients, (*Server).recordFieldUpdate},
	{"POST", "/contacts/:id/archive", editClients, (*Server).recordArchive},
	{"POST", "/contacts/:id/restore", editClients, (*Server).recordRestore},
	{"GET", "/contacts/:id/organizations", viewClients, (*Server).linkIndex},
	{"POST", "/contacts/:id/organizations", editClients, (*Server).linkCreate},
	{"GET", "/contacts/:id/organizations/:organization_id", viewClients, (*Server).linkShow},
	{"GET", "/contacts/:id/organizations/:organization_id/edit", editClients, (*Server).linkEdit},
	{"POST", "/contacts/:id/organizations/:organization_id", editClients, (*Server).linkUpdate},
	{"POST", "/contacts/:id/organizations/:organization_id/unlink", editClients, (*Server).unlink},
	{"GET", "/contacts/:id/interactions", viewInteractions, (*Server).timelineIndex},
	{"GET", "/contacts/:id/interactions/new", editInteractions, (*Server).interactionNew},
	{"POST", "/contacts/:id/interactions", editInteractions, (*Server).interactionCreate},
	{"GET", "/contacts/:id/history", viewHistory, (*Server).historyIndex},
	{"GET", "/contacts/:id/access", seeAccess, (*Server).accessIndex},

	{"POST", "/views", signedIn, (*Server).savedViewCreate},
	{"GET", "/views/new", signedIn, (*Server).savedViewNew},
	{"GET", "/views/:id", signedIn, (*Server).savedViewEdit},
	{"POST", "/views/:id", signedIn, (*Server).savedViewUpdate},
	{"POST", "/views/:id/delete", signedIn, (*Server).savedViewDelete},
	{"POST", "/views/:id/restore", signedIn, (*Server).savedViewRestore},
	{"POST", "/account/views", signedIn, (*Server).savedViewChoose},

	{"POST", "/batches/:id/undo", editClients, (*Server).batchUndo},

	{"GET", "/interactions", viewInteractions, (*Server).interactionIndex},
	{"GET", "/interactions/:id", viewInteractions, (*Server).interactionShow},
	{"GET", "/interactions/:id/edit", editInteractions, (*Server).interactionEdit},
	{"GET", "/times", editInteractions, (*Server).timeShow},
	{"POST", "/interactions/:id", editInteractions, (*Server).interactionUpdate},
	{"POST", "/interactions/:id/delete", editInteractions, (*Server).interactionDelete},
	{"POST", "/interactions/:id/restore", editInteractions, (*Server).interactionRestore},
	{"POST", "/interactions/:id/follow-up", editInteractions, (*Server).followUpCreate},

	{"GET", "/follow-ups", viewInteractions, (*Server).followUpIndex},
	{"GET", "/follow-ups/new", editInteractions, (*Server).followUpNew},
	{"GET", "/follow-ups/clients", editInteractions, (*Server).followUpClientOptions},
	{"POST", "/follow-ups", editInteractions, (*Server).followUpCreateOwn},
	{"POST", "/follow-ups/seen-all", viewInteractions, (*Server).followUpSeenAll},
	{"GET", "/follow-ups/:id", viewInteractions, (*Server).followUpShow},
	{"GET", "/follow-ups/:id/menu", editInteractions, (*Server).followUpMenu},
	{"POST", "/follow-ups/:id", editInteractions, (*Server).followUpUpdate},
	{"POST", "/follow-ups/:id/seen", viewInteractions, (*Server).followUpSeen},
	{"POST", "/follow-ups/:id/done", editInteractions, (*Server).followUpDone},
	{"POST", "/follow-ups/:id/reopen", editInteractions, (*Server).followUpReopen},
	{"POST", "/follow-ups/:id/move", editInteractions, (*Server).followUpMove},
	{"POST", "/follow-ups/:id/cancel", editInteractions, (*Server).followUpCancel},

	{"GET", "/admin/users", manageUsers, (*Server).userIndex},
	{"POST", "/admin/users", manageUsers, (*Server).userCreate},
	{"GET", "/admin/users/:id", manageUsers, (*Server).userShow},
	{"POST", "/admin/users/:id/roles", manageUsers, (*Server).userRoles},
	{"POST", "/admin/users/:id/disable", manageUsers, (*Server).userDisable},
	{"POST", "/admin/users/:id/enable", manageUsers, (*Server).userEnable},
	{"POST", "/admin/users/:id/unlock", manageUsers, (*Server).userUnlock},
	{"POST", "/admin/users/:id/end-sessions", manageUsers, (*Server).userEndSessions},
	{"POST", "/admin/users/:id/invite", manageUsers, (*Server).userInvite},
	{"POST", "/admin/users/:id/reset-password", manageUsers, (*Server).userResetPassword},
	{"POST", "/admin/users/:id/reset-mfa", manageUsers, (*Server).userResetMFA},
	{"POST", "/admin/users/:id/tokens/:token_id/revoke", manageUsers, (*Server).userRevokeToken},
	{"POST", "/admin/users/:id/hand-over", handOver, (*Server).userHandOver},
	{"POST", "/admin/addresses/unlock", manageUsers, (*Server).addressUnlock},
	{"GET", "/admin/roles", manageUsers, (*Server).roleIndex},
	{"GET", "/admin/roles/new", manageUsers, (*Server).roleNew},
	{"POST", "/admin/roles", manageUsers, (*Server).roleCreate},
	{"GET", "/admin/roles/:id", manageUsers, (*Server).roleShow},
	{"POST", "/admin/roles/:id", manageUsers, (*Server).roleUpdate},
	{"GET", "/admin/audit", viewAudit, (*Server).auditIndex},
	{"GET", "/admin/audit.csv", viewAudit, (*Server).auditExport},
	{"GET", "/admin/audit/records", viewAudit, (*Server).auditRecordOptions},
	{"POST", "/admin/audit/verify", viewAudit, (*Server).auditVerify},
	{"GET", "/admin/vocabularies", manageVocabularies, (*Server).vocabularyIndex},
	{"POST", "/admin/vocabularies/rename", manageVocabularies, (*Server).valueRename},
	{"POST", "/admin/vocabularies/merge", manageVocabularies, (*Server).valueMerge},
	{"POST", "/admin/vocabularies/hide", manageVocabularies, (*Server).valueHide},
	{"POST", "/admin/vocabularies/suggest", manageVocabularies, (*Server).valueSuggest},
	{"POST", "/admin/vocabularies/changes/:id/undo", manageVocabularies, (*Server).valueChangeUndo},
	{"GET", "/admin/webhooks", manageWebhooks, (*Server).webhookIndex},
	{"GET", "/admin/webhooks/new", manageWebhooks, (*Server).webhookNew},
	{"POST", "/admin/webhooks", manageWebhooks, (*Server).webhookCreate},
	{"GET", "/admin/webhooks/:id", manageWebhooks, (*Server).webhookShow},
	{"GET", "/admin/webhooks/:id/edit", manageWebhooks, (*Server).webhookEdit},
	{"POST", "/admin/webhooks/:id", manageWebhooks, (*Server).webhookUpdate},
	{"POST", "/admin/webhooks/:id/test", manageWebhooks, (*Server).webhookTest},
	{"POST", "/admin/webhooks/:id/send-again", manageWebhooks, (*Server).webhookSendAgain},
	{"POST", "/admin/webhooks/:id/rotate-secret", manageWebhooks, (*Server).webhookRotateSecret},
	{"GET", "/admin/webhooks/:id/delete", manageWebhooks, (*Server).webhookAskToDelete},
	{"POST", "/admin/webhooks/:id/delete", manageWebhooks, (*Server).webhookDelete},
	{"GET", "/admin/system", manageSystem, (*Server).systemIndex},
	{"POST", "/admin/system/check", manageSystem, (*Server).systemCheck},
	{"POST", "/admin/system/backup", manageSystem, (*Server).backupCreate},
	{"GET", "/admin/system/backups", manageSystem, (*Server).backupIndex},
	{"GET", "/admin/system/backups/:name", downloadBackups, (*Server).backupShow},
	{"GET", "/invitations/:token", public, (*Server).invitationShow},
	{"POST", "/invitations/:token", public, (*Server).invitationAccept},
	{"GET", "/resets/:token", public, (*Server).resetShow},
	{"POST", "/resets/:token", public, (*Server).resetFinish},
}
