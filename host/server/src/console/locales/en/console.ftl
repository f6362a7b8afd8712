# Texts of the console, English. Keys are shared with ../de/console.ftl; a test compares them.

## Frame
skip = Skip to content
nav-main = Main
nav-menu = Menu
nav-overview = Overview
nav-connectors = Connectors
nav-runs = Runs
nav-held = Held people
nav-people = People
nav-plugins = Plugins
nav-audit = Audit
nav-settings = Settings
nav-account = Your account
nav-waiting = waiting for a decision
sign-out = Sign out
theme-auto = As the system
theme-light = Light
theme-dark = Dark
right-personal = may see personal values
role-viewer = Viewer
role-operator = Operator
role-editor = Editor
role-admin = Admin
foot-api = API
foot-palette = Go to
palette-find = Person or page
palette-people = Search people
pages = Pages
next-page = Next page
older = Older
all = All
none = none
never = never
yes = Yes
or = or
to = to
from = From
until = Until
look = Look
search = Search
share = Share
examples = Examples
before = Before
read = Read
filter = Filter
filter-name = Name or provider
filter-empty = Nothing fits this filter
filter-clear = Clear the filter
any-time = Any time
over-7d = Longer than 7 days
people = { $count ->
        [one] { $count } person
       *[other] { $count } people
    }
took = took { $time }
line = line { $line }

## Acts
act-apply = Apply
act-approve = Approve { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
act-cancel-run = Stop this run
act-check = Test connection
act-copy = Copy
act-download = Download
act-edit = Edit
act-edit-of = Edit: { $name }
act-export = Export
act-forget = Forget this person
act-map = Map
act-pause = Pause
act-pause-of = Pause: { $name }
act-pin = Pin
act-pin-of = Pin: { $name }
act-pin-for = Pin for previews of { $name }
act-unpin = Unpin
act-unpin-of = Unpin: { $name }
act-unpin-for = Unpin from previews of { $name }
act-plan = Plan
act-plan-of = Plan: { $name }
act-plan-see = See the plan
act-print = Print
act-refuse = Refuse
act-reject = Reject
act-reload = Reload
act-resume = Resume
act-resume-of = Resume: { $name }
act-retry = Try again
act-rollback = Roll back
act-swap = Swap now
act-sync = Sync now
act-sync-of = Sync now: { $name }
act-undo = Undo this run
act-verify = Verify the chain

## States
state-in-tune = In tune
state-running = Running
state-held = Held
state-failed = Failed
state-paused = Paused
state-new = Never run
state-invalid = Invalid
state-active = Active
state-draft = Draft
state-retiring = Retiring
state-planned = Planned
state-applied = Applied
state-nothing = Nothing to do
state-stopped = Stopped
state-interrupted = Interrupted
state-queued = Queued
state-rejected = Rejected
state-undone = Undone
state-expired = Expired
state-written = Written
state-gone = Account gone
state-conflict = Conflict
state-not-sent = Not sent
state-set = Set
state-clear = Clear
state-photo = Picture
state-same = In tune
state-kept = Kept
state-unknown = Not read
state-matched = Matched
state-unmatched = No account
state-ambiguous = Ambiguous
state-left = Left
state-out-of-scope = Out of scope
state-shadow = Comparing
state-refused = Refused
state-previous = Previous
state-quarantined = Quarantined
state-attention = Over 7 days
state-reachable = Reachable
state-throttled = Throttled
state-maintenance = Maintenance
state-unreachable = Unreachable
check-ok = good
check-bad = failed
check-warn = note
op-set = Set
op-clear = Cleared
op-photo = Pictures
op-failed = Failed
mode-sync = Sync
mode-sync-hint = Complete listing, unchanged people skipped
mode-changes = Changes only
mode-changes-hint = What changed since the last run
mode-full = Full sync
mode-full-hint = Nobody skipped, targets read again
mode-user = Sync one user
mode-user-hint = Choose a person
mode-undo = Undo
mode-pictures = Pictures
mode-plan = Plan
trigger-schedule = Schedule
trigger-hand = By hand
trigger-api = API
trigger-swap = Swap
phase-read = Reading
phase-plan = Planning
phase-write = Writing
kind-entity-property = Entity property
kind-admin-form = User Property
kind-custom = Custom route
kind-account = Account field
kind-photo = Picture
kind-profile = Profile field
missing-keep = Missing: keep what is there
missing-clear = Missing: clear
missing-fail = Missing: hold
missing-default = Missing: a default
whose-retry = Mends itself.
whose-operator = For you:
whose-data = In the directory:
whose-bug = Report it:
from-bundled = Bundled
from-file = Folder
from-uploaded = Uploaded
from-dev = Development
guard-changed-people = Changed people
guard-cleared-values = Cleared values
guard-one-value-takes-over = One value takes over
guard-source-shrinks = Source shrinks
guard-failed-values = Failed values
guard-emptied-attribute = Attribute emptied
guard-state-ok = within the limit
guard-state-few = too few people to hold a plan
guard-state-warn = holds this plan
guard-state-mute = not checked

## Columns
col-24h = Changes, 24 h
col-accounts = Accounts
col-acts = Actions
col-attribute = Attribute
col-began = Began
col-calls = Values computed
col-change = Change
col-changed = Last change
col-changes = Changes
col-connector = Connector
col-coverage = Has a value
col-day = Day
col-digest = Digest
col-example = Example
col-field = Field
col-from = From
col-function = Function
col-hash = Hash
col-held = Held
col-last = Last run
col-last-good = Last good run
col-message = Message
col-mode = Kind
col-next = Next run
col-next-try = Next try
col-object = Object
col-options = Options
col-people = People
col-people-held = People / held
col-person = Person
col-plugin = Plugin
col-result = Result
col-rule = Source attribute and steps
col-run = Run
col-size = Size
col-state = State
col-target = Target
col-time = Time
col-took = Took
col-used = Rows
col-username = User name
col-value = Value
col-wanted = Source says
col-week = 7 days
col-written = Last written
col-what = What
col-who = Who
col-why = Why

## Overview
overview-in-tune = People in tune
overview-changes = Changes in 24 h
overview-week = { $count } in 7 days
overview-chart = Changes, last 7 days
of-people = of { $count }
of-total = of { $total }
held-old = { $count } longer than 7 days
held-none-old = none longer than 7 days
next-run = Next run
next-none = Nothing is scheduled
attention = Needs attention
attention-none = Nothing. Everything is in tune.
attention-none-held = Nothing to decide. { $count ->
        [one] One person is held and tried again by itself.
       *[other] { $count } people are held and tried again by themselves.
    }
more-items = { $count } more
sites = Sites
sites-empty = No site yet
upcoming = Next runs
chart-empty = No runs in the last 7 days

## Connectors
connectors-lede = Each connector reads one identity provider and keeps the profiles of its Jira and Confluence sites in tune.
connectors-empty = No connector yet
connectors-empty-text = Begin with the example of your provider. Nothing is written before you start a run.
connector-add = Add connector
broken-effect = The last good revision keeps running.
tabs-connector = Provisioning Settings
tab-status = Status
tab-mappings = Mappings
tab-people = People
tab-pictures = Pictures
tab-scope = Scope and matching
tab-schedule = Schedule and guards
tab-source = Source
tab-file = File
run-watch = Watch
run-see = See the run
run-word = run
plan-waits = { $changes ->
        [one] { $changes } change waits
       *[other] { $changes } changes wait
    } for a decision; { $people ->
        [one] { $people } person was
       *[other] { $people } people were
    } looked at.
plan-look = Look at the plan
pending-title = A change of the file takes something away and waits.
pending-look = Look at the difference
by-cause = by cause
without-account = Without account
last-runs = Last runs
check-title = Test connection
check-empty = Not tested yet
checked = Checked
seen-title = Attributes that came or went
facts-title = Settings

## Mappings
mapping-title = Attribute Mapping
mapping-add = Add New Mapping
mapping-failed = { $count } held
mapping-people = { $count ->
        [one] { $count } person
       *[other] { $count } people
    } in scope
mapping-cells = Open a value to see its steps.
mappings-empty = Nothing is mapped yet
mappings-empty-text = Add a mapping, or begin with a template of your provider.
rule-always = always
rule-else = else
move-up = Move { $name } up
move-down = Move { $name } down

## Runs and plans
runs-lede = Every run keeps its plan, its changes and the values from before.
runs-empty = No run yet
runs-empty-text = Make a plan: it reads, and writes nothing.
run-cancel-sure = Stop this run? What was written stays written.
live = Progress
eta = ready in
fig-written = Written
fig-held = Held
fig-people = People in scope
fig-changes = Changes
fig-sets = Set
fig-clears = Cleared
fig-photos = Pictures
fig-adopted = Adopted
fig-failed = Failed
fig-skipped = Unchanged
by-target = By target
problems = Problems
problems-none = No problems
held-all = All { $count }
changes-title = { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
changes-none = Nothing to change: everything is in tune
facts-run = About this run
facts-plan = About this plan
fact-id = Id
fact-revision = File revision
fact-plan = Plan
fact-digest = Digest
fact-now = Time of evaluation
fact-repeatable = Repeatable
no-timeouts = No: a plugin met its deadline
plan-title = Plan
plan-lede = { $changes ->
        [one] { $changes } change
       *[other] { $changes } changes
    } for { $people ->
        [one] { $people } person
       *[other] { $people } people
    }, of { $looked } looked at. Nothing is written before it is approved.
plan-lede-least = { $changes } changes for at least { $people ->
        [one] { $people } person
       *[other] { $people } people
    }, of { $looked } looked at. Nothing is written before it is approved.
plan-lede-looked = { $changes ->
        [one] { $changes } change
       *[other] { $changes } changes
    }; { $looked ->
        [one] { $looked } person was
       *[other] { $looked } people were
    } looked at. Nothing is written before it is approved.
plan-made = Made
plan-until = valid until
plan-what = What it would write
plan-views = Views
by-value = By value
by-field = By field
by-person = By person
values-rest = { $count } more changes are too different to be listed here: By field counts them, By person lists them.
plan-not = What it cannot write
guards = Guards
decide = Decide
decided = Decided
comment = Comment
comment-hint = Kept in the audit log.
approve-hint = Exactly this plan is written, and of it only what still holds.
approve-pauses = The connector is paused with it, so that its next run does not write the same again: resume it once the cause is mended.

## Held people
held-lede = Values that could not be brought in tune, by cause. What is there now stays; everybody else goes on.
held-since = Held since
last-seen = last seen
fixes = What fixes this:
select-all = Select all
select-one = Select { $name }
tries = { $count ->
        [one] { $count } try
       *[other] { $count } tries
    }
when-changed = when it changes
more-values = { $count ->
        [one] { $count } more value
       *[other] { $count } more values
    }
retry-chosen = Retry the chosen
retry-all = Retry all { $count }
retry-nobody = Nobody was chosen. Tick those who are to be tried again, or retry all.
retry-over = Nobody of those is held any more.
retry-done = { $count ->
        [one] { $count } person is tried again.
       *[other] { $count } people are tried again.
    }
retry-most = { $count } people are tried again, those first whose last try is longest ago. { $left } more are left: retry them when these are through.
held-empty = Nobody is held
held-empty-text = Everybody who could be brought in tune is.

## People
people-lede = Why somebody's profile says what it says.
people-find = Name, user name, e-mail or source key
no-personal = You may not see personal values. Names and values are left out, and people are found by their whole key alone; ask an admin for the right.
too-many = Only the first 100 are shown.
people-none = Nobody fits "{ $what }"
people-none-text = Searched are the people in scope, as last read.
pinned-some = Previews of mappings show those who are pinned, three at most.
pinned-none = Previews of mappings show the first people. Pin up to three whom you know well.
people-recent = Changed recently
people-empty = No people yet
people-empty-text = They appear with the first plan.
test-user = Test a user
no-account-text = No account here, so nothing is written.
written-by = Written by
source-now = Source now
no-document = No document is kept
history = History
history-empty = Nothing was changed yet
forget-sure = Forget this person? Documents, history and values before are erased.

## Plugins
plugins-lede = A plugin can only compute: no network, no files, no clock, no secrets. Each is replaced while the service runs.
plugins-providers = Providers
plugins-transforms = Transforms
plugins-empty = None
plugin-add = Add plugin
plugin-file = WebAssembly file
plugin-file-hint = Checked and compared before anything uses it.
plugin-upload = Upload and check
shadow-look = Look at the comparison
swap-title = Waiting build
swap-hint = Runs under way keep the build they began with.
shadow-sum = { $people ->
        [one] { $people } person
       *[other] { $people } people
    } compared: { $same } the same, { $differ } differ.
shadow-failing = Of { $count ->
        [one] { $count } person
       *[other] { $count } people
    } a value fails that did not fail.
shadow-fine = Of { $count ->
        [one] { $count } person
       *[other] { $count } people
    } a value fails no longer.
shadow-change = Now and then
shadow-same = Every value is the same
card-title = Permissions
card-changed = The waiting build:
card-reads = Reads
card-writes = Writes
card-network = Network
card-files = Files
card-clock = Clock, random
card-secrets = Secrets
card-contract = Contract
functions = Functions
uses = Uses
generations = Generations
generations-none = Only the build inside of this binary has run.
limits = Limits used, 7 days
limit-time = Longest call
limit-memory = Most memory
used-by = Used by
used-none = No mapping uses it

## Audit
audit-lede = Who did what, and what came of it. Each line carries the hash of the one before.
audit-find = Action or object

## Sign-in and errors
sign-in = Sign in
sign-in-text = Profiles in tune with your directory.
sign-in-with = Sign in with { $name }
sign-in-wait = Try again in { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
session-ended = Your session has ended.
username = User name
password = Password
password-hint = At least { $count } characters; a password manager may fill it in.
first-use = First use
first-use-text = With a set-up code you become an administrator, or set your password anew.
first-use-go = Create and sign in
setup-code = Set-up code
setup-code-hint = The service says it when it starts for the first time; later: `attune admin code`.
err-effect = Effect
err-do = What to do
err-request = Request

## Values that are none
value-absent = absent
value-empty = empty
value-unknown = not counted
value-unread = not read
value-hidden = hidden
value-unavailable = not fetched
## Forms
next = Next
back = Back
back-to-form = Back to the form
one-per-line = One per line.
cancel = Cancel
save = Save
save-plan = Save and plan
review = Review the change
choose = Choose
required = required
remove = Remove { $name }
steps = Steps
usual = default
col-fields = Fields

## Add New Mapping
mapping-kind = Kind
mapping-name = Name
mapping-name-hint = Exactly as the target shows it. Names that exist there are offered.
mapping-source = Source attribute
mapping-steps = Transformation
mapping-difference = Difference
mapping-remove = Remove this mapping
source-pick = Attributes that were seen
source-find = Find an attribute or a value
source-type = Type it below: it need not be listed.
source-failed = The source could not be read, and is left alone for a while: { $why }
source-unread = Nothing was read yet
source-unread-text = Test the connection, or type the attribute.
source-other = Or any of the other options
source-typed = Another attribute
source-typed-hint = A selector, such as phones[type=work].value
source-first = Else these, in order
source-first-hint = The first that has a value is taken.
source-constant = A fixed value
source-constant-hint = The same for everybody.
suggested = likely
steps-none = No steps: the value is written as it comes.
step-add = Add step
step-add-of = Add { $name }
step-choose = Choose a function
rules = Rules
rule-missing = No value in the source
rule-default = Default value
rule-existing = Another value is already there
rule-apply = Written
existing-overwrite = Overwrite, keep the old one for undo
existing-keep = Keep it
existing-hold = Hold
apply-always = Always
apply-once = Once, while the field is empty
preview = Preview
preview-again = Preview
preview-empty = Nobody was read yet, so there is nothing to show.
count-set = { $count } get a value
count-empty = { $count } without
count-failed = { $count } held
change-effect = What the new file would do
change-none = Nothing changes.
change-waits = It takes something away. It is saved, and waits until you accept it.
change-unsaved = It was not saved
change-newer = The file has changed since you began, and nothing was written. What you typed is kept: go back to the form, and look at the difference to the newer file.

## Tabs of a connector
pictures-recent = Last pictures
pictures-empty = No picture yet
pictures-settings = Pictures
pictures-on = Keep pictures in { $target } in tune
pictures-size = Edge, pixels
pictures-none = No picture in the source
pictures-keep = Keep
pictures-reset = Reset
pictures-size-wrong = This is no number of pixels.
fig-pictures = With a picture
scope-listed = Listed
scope-in = In scope
scope-out = Left out
scope-include = Include, all must hold
scope-exclude = Exclude, any
scope-groups = Only members of these groups
cond-test = Test
cond-equals = equals
cond-not-equals = is not
cond-in = is one of
cond-matches = matches
cond-present = is present
cond-value = Value; of several, one per line
cond-hint = "is one of" takes several values: one per line.
match-title = Matching in { $target }
match-account = Account field
match-username = user name
match-email = e-mail
match-hint = The first rule that finds exactly one account wins. Accounts are never created.
leavers = Who left
leavers-keep = Keep
leavers-keep-hint = Their profile stays as it is.
leavers-clear = Clear
leavers-clear-hint = Only what is ours, in one guarded plan.
leavers-after = After
schedule = Schedule
time-zone = Time zone
locale = Locale
guards-text = Checked on the whole plan before the first write. A plan above a limit waits for you.
guard-fired = { $count ->
        [one] held { $count } plan in 30 days
       *[other] held { $count } plans in 30 days
    }
source-options = Source
endpoint = Address: { $slot }
credentials = Credentials
credentials-hint = A secret is named, never written here: an environment variable or a file of the server.
attributes-seen = Attributes that were seen
discover = Read a sample
mapped = mapped
sampled = From { $count } people
act-accept = Accept this revision
file-hint = Comments stay. You see the difference before it is written.
file-newer = The file has changed since you began. Below is what you typed; the difference that you see next is the one to the newer file.
file-again = Load the newer file
revisions = Revisions

## Settings
set-you = You
set-tokens = Tokens
set-sessions = Sessions
set-roles = Roles
set-system = System
set-look = Language and look
language = Language
theme = Theme
set-keys = Single-key shortcuts
set-keys-hint = / search, g c connectors, g r runs. Ctrl+K always works.
set-password = Password
password-now = Password now
password-new = New password
token-shown = Copy the token now: it is shown this once.
token-name = Name
token-scopes = May
token-made = Made
token-used = Last used
token-expires = Expires
token-new = New token
token-days = Days until it expires
token-make = Make token
tokens-empty = No token
tokens-empty-text = Programs that call the API need one.
revoke = Revoke
revoke-of = Revoke: { $name }
session-from = From
session-seen = Last seen
session-this = This one
session-end = End
role = Role
roles-people = People
roles-nobody = Nobody with a password
roles-nobody-text = Administrators come by a link, or by OpenID Connect.
roles-claims = Roles from claims
roles-claims-none = No rule: only the local admin signs in.
roles-claims-hint = Set under [auth] in attune.toml.
set-kept = What is kept

## Wizard
wiz-provider = Provider
wiz-credentials = Credentials
wiz-test = Test connection
wiz-people = Three people
wiz-mappings = Mappings
wiz-target = Target
wiz-plan = Plan
wiz-provider-which = Where do your people come from?
wiz-provider-missing = Choose a provider.
wiz-about-entra = Through Microsoft Graph
wiz-about-okta = Through the management API of an org
wiz-about-google = Workspace and Cloud Identity, through the Directory API
wiz-about-keycloak = A realm, through the Admin REST API
wiz-about-scim = Any service that speaks SCIM 2.0
wiz-about-ldap = OpenLDAP, 389 Directory Server, Active Directory
wiz-name = Name of the connector
wiz-name-hint = Lower-case letters, digits and hyphens.
wiz-name-taken = There is a connector of this name already. Choose another one.
wiz-have-file = I have a file
wiz-import = Paste it below, or begin with the example of a provider. Settings of User Sync and of Entra's provisioning become a file with `attune mapping import`.
wiz-look = Not everything can stay as it is. Look at the fields that are marked; what you entered is still there.
wiz-missing = This is needed.
wiz-url-wrong = An address begins with its scheme, such as https://login.example.com
wiz-sign-in = Sign-in
wiz-kind-missing = Choose how to sign in.
wiz-kind-basic = User name and password
wiz-kind-bearer = Access token
wiz-kind-header = Key in a header
wiz-kind-api-token = API token
wiz-kind-oauth2-client-credentials = Client secret
wiz-kind-oauth2-private-key-jwt = Private key or certificate
wiz-kind-google-service-account = Service account
wiz-kind-ldap-bind = Bind with a password
wiz-key-username = User name
wiz-key-password = Password
wiz-key-token = Token
wiz-key-name = Name of the header
wiz-key-value = Value of the header
wiz-key-client-id = Client ID
wiz-key-client-secret = Client secret
wiz-key-certificate = Certificate, a file of the server
wiz-key-key-id = Key ID
wiz-key-private-key = Private key
wiz-key-subject = Acts for this administrator
wiz-key-key = Key file
wiz-key-dn = Bind DN
wiz-where-of = { $name }: where it is
wiz-in-file = File
wiz-in-env = Variable
wiz-env-wrong = This is no name of an environment variable. A secret itself does not belong here.
wiz-usual = Left empty: { $url }
wiz-more = More options
wiz-need = What { $name } must allow
wiz-anyway = Go on without
wiz-anyway-text = You can go on. People and their values are then missing in the next steps, and the rows are the usual ones instead of those that your people have. Mend it and test again, here or later on the tab Source.
wiz-people-text = Choose up to three people whom you know well. Their values stand beside the mappings, now and in later previews.
wiz-people-many = Choose three people at most.
wiz-people-unasked = The provider was not asked
wiz-people-none = You can go on without: previews then show the first people.
wiz-ask = Ask the provider
wiz-product-which = Whose profiles are kept in tune?
wiz-product-missing = Choose a product.
wiz-data-center = Data Center
wiz-cloud = Profiles of Atlassian Cloud are not written by this version.
wiz-url = Address
wiz-match = Which account belongs to whom
wiz-rules-missing = Name at least one attribute that an account can be found by. Confluence finds nobody by e-mail address.
wiz-route = Jira only: where values are kept
wiz-template = Begin with the usual mappings
wiz-rows-unasked = The provider was not asked, so these are the usual attributes, and there are no values beside them.
wiz-rows-missing = Choose at least one mapping.
wiz-rows-more = More mappings, and steps for them, can be added once the file is saved.
wiz-finish = Save and plan
wiz-plan-text = The file is saved, and a plan is made of it. Nothing is written to the target before somebody approves.
change-new = It is saved as a new connector, which writes nothing before its first run: by hand, or by its schedule.

## Times, spans
time-now = just now
time-ago = { $count } min ago
time-in = in { $count } min
time-today = today, { $time }
time-yesterday = yesterday, { $time }
time-tomorrow = tomorrow, { $time }
time-weekday = { $day }, { $time }
time-date = { $day } { $month }, { $time }
time-year = { $day } { $month } { $year }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
span-ms = { $count } ms
span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h

## Said by the service
notice-stopping = The service is ending. What is under way goes on at its next start.
error-title = That did not work
sign-in-organisation = your organisation
door-credentials = User name or password is wrong.
door-set-up-code = The code is wrong, was used, or is too old. `attune admin code` makes another one.
door-sign-in-wait = After wrong guesses the next one is looked at later.
door-weak-password = The password is too short, too long, or known to be a common one.
door-name = A user name has 1 to 64 letters, digits, dots, dashes, underscores or @.
attention-plan = { $name }: a plan waits
attention-plugin = { $name }: another build waits
attention-file = { $name }: a change of the file waits
attribute-gone = { $count } people had a value; nobody has one since { $time }.
notice-quarantined = left alone, because it keeps failing
notice-recovered = works again
notice-secret-expires = a secret ends soon
notice-not-delivered = an attribute is not delivered any more
notice-stopped = stopped
note-running = A run is under way.
site-paused = Paused by { $name }
product-jira-data-center = Jira
product-confluence-data-center = Confluence
provider-entra = Microsoft Entra ID
provider-google = Google Workspace
provider-okta = Okta
provider-keycloak = Keycloak
provider-ldap = LDAP
provider-scim = SCIM
provider-csv = CSV file
match-key = key
fact-match = Matching
mode-approve = Approved plan
trigger-retry = Retry
trigger-maintenance = After maintenance
phase-wait = Waiting
phase-match = Matching
rate = { $count } per second
run-stopped = It was stopped before its end. What was written stays written.
run-interrupted = It broke off when the process that made it ended. What was written stays written; the next run of this connector makes good what is missing.
run-failed = It failed. What was written before stays written.
undo-can = Restores { $count } values, where the field still has what this run wrote.
undo-then = It becomes a plan first. Approving that plan also pauses the connector, so that its next run does not write the same again.
undo-interrupted = What it wrote is known once the next run has looked.
undo-done = This run was taken back.
undo-nothing = There is nothing to take back.
undo-running = A run that is under way is stopped first.
plan-is-applied = This plan was approved and written.
plan-is-rejected = This plan was rejected.
plan-is-expired = This plan is too old to be approved: make another one.
plan-is-nothing = There is nothing to write.
cause-of-plugin = A plugin reported it.
cause-of-plugin-do = The message says what it is about.
person-unread = It is not known any more what this person was read for. Sync now reads them again.
person-outside = Out of scope: nothing of this person is written.
person-queued = Waiting for its turn.
person-synced = { $written ->
        [one] { $written } value written
       *[other] { $written } values written
    }, { $held } held.
why-no-row = no row decides
why-fixed = a fixed value
trace-end = result
## Edits
col-read = Last read
schedule-hint = Minute, hour, day, month, weekday
guard-emptied-attribute = Emptied attribute
guard-hint-changed-people = People of whom a value is replaced or cleared.
guard-hint-cleared-values = Values that would be cleared.
guard-hint-one-value-takes-over = People whose different values would become one.
guard-hint-source-shrinks = People missing since the last complete listing.
guard-hint-emptied-attribute = People who lost the value of one attribute.
guard-hint-failed-values = People with a value that cannot be made.
change-manual = It is saved, and waits with its plan until somebody approves it.
change-guarded = It is saved and used at once, and the people concerned are brought in tune; above the limits of [swap] it waits with its plan.
change-auto = It is saved and used at once, and the people concerned are brought in tune, as far as the guards let it.
change-kept-until = The revision that runs goes on until then.
mapping-several = This field has several rows: edit them in the file.
mapping-other = This row says more than a form can show: edit it in the file.
kind-text-entity-property = Seen by apps and REST clients
kind-text-admin-form = The visible "User Properties" of Jira's administrator pages
kind-text-custom = By the URL templates of the connector file
kind-text-account = The account's own e-mail or full name
kind-text-profile = Phone, IM, Website, Position, Department, Location
field-missing = Name the field.
field-taken = This field is mapped already.
field-unknown = There is no such field. There are: { $names }
source-missing = Choose an attribute, or type one.
trace-source = Source
preview-failed = The preview could not be made: { $why }
why-pinned = pinned
why-longest = longest name
why-empty = no value
why-odd = non-Latin letters
note-rows = { $count } rows, the first that fits is taken
note-when = only where its condition holds
note-existing-keep = keeps what was there before
note-existing-hold = holds where something was there before
note-conflict-keep = keeps what somebody changed
note-conflict-hold = holds where somebody changed it
step-unknown = No plugin that runs has this function.

plugin-waits = another build waits
limit-lost = Values lost
card-none = None
card-nothing = Nothing yet
card-by-host = Only what the host asks for it
card-people = What its provider delivers
swap-changed-values = changed values
swap-cleared-values = cleared values
swap-newly-failing = newly failing people
chain-whole = { $count } lines, unbroken.
chain-broken = After { $count } lines the chain is broken: { $what }.
password-changed = The password is changed.
password-wrong = The password now is another one.
roles-local = local administrator
scope-viewer = Looks.
scope-operator = Runs, cancels, pauses, approves and rejects.
scope-editor = Changes connector files and plugins.
scope-admin = Changes who may come in.
scope-personal = Sees values of people.
fact-version = Version
fact-state = State
fact-data = Data folder
system-ready = Ready
keep-idle = A session without a request
keep-session = A session in all
keep-jobs = Finished jobs
span-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }

## Faults that pages say in their own words
fault-no-such-route = There is no such page.
fault-no-such-route-do = Go on from the overview, or search with Ctrl K.
fault-forbidden = You may not do that.
fault-forbidden-do = An administrator gives roles; see Settings.
fault-cross-site = Another page made your browser send this.
fault-cross-site-do = Nothing was done. Load this page again, and use its own buttons.
