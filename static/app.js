// Client Registry: what HTML and htmx cannot do by themselves. Every control works without this file.
// Listeners are on the document, because swaps replace elements, and boosted ones the whole body.
// htmx 4 already does this: it focuses [autofocus] in new content, else restores focus by id; it sets the
// title, scrolls to the top after a boosted swap, and swaps every status that is not in the page's noSwap.
(() => {
  "use strict";

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = id => document.getElementById(id);
  const on = (event, handler, capture) => document.addEventListener(event, handler, capture);
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const modal = () => one("dialog:modal");
  const seen = new WeakSet(), isNew = element => !seen.has(element) && !!seen.add(element); // true the first time
  const lost = () => document.activeElement === document.body; // the focus

  // ---------- relative times: the server writes the date, which stays without script and after a week

  const dayIn = zone => {
    try {
      return new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
    } catch { // the browser does not know this zone
      return new Intl.DateTimeFormat("sv-SE");
    }
  };

  const ago = (then, now, day) => {
    const minutes = Math.floor((now - then) / 60e3), hours = Math.floor(minutes / 60);
    const days = (Date.parse(day.format(now)) - Date.parse(day.format(then))) / 864e5;
    if (minutes < -1 || days > 6) return null;
    if (minutes < 1) return "just now";
    if (hours < 1) return `${minutes} min ago`;
    if (days < 1 || hours < 6) return `${hours} h ago`;
    return days < 2 ? "yesterday" : `${days} days ago`;
  };

  const showTimes = () => {
    const day = dayIn(one("[data-zone]")?.dataset.zone), now = Date.now();
    for (const time of all("time[data-rel], .last time")) {
      if (!time.dateTime.includes("T")) continue; // a date without a time stays as it is
      time.dataset.abs ??= time.textContent;
      const text = ago(Date.parse(time.dateTime), now, day) ?? time.dataset.abs;
      if (time.textContent !== text) time.textContent = text;
    }
  };

  on("visibilitychange", () => { if (!document.hidden) refresh(); });
  addEventListener("beforeprint", () => {
    for (const time of all("time[data-abs]")) time.textContent = time.dataset.abs;
  });
  addEventListener("afterprint", showTimes);

  // ---------- a name or value that is cut off is shown in full on hover

  on("mouseover", ({ target }) => {
    const cut = target.closest("td > bdi, div > bdi, .tabs bdi, .cut, .nm");
    if (cut && !cut.title && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent;
  });

  // ---------- dialogs: whatever is swapped into #dialog opens it, and an empty answer closes it

  let opener = ""; // id of the element that had focus; the element itself may be swapped while the dialog is open

  const open = dialog => {
    if (dialog.open) return;
    opener = document.activeElement?.id;
    for (const menu of openMenus()) menu.open = false; // otherwise Esc would close the menu first
    dialog.showModal();
  };

  on("close", e => { // does not bubble
    if (e.target.id === "dialog") e.target.replaceChildren();
    else if (e.target.id === "palette") {
      one("form", e.target).reset();
      byId("palette-found").replaceChildren();
      activate(byId("palette-q"), null);
    }
    if (opener && lost()) byId(opener)?.focus();
  }, true);

  on("dialog:close", () => byId("dialog")?.close());

  // The cross of a message, a sheet or a dialog closes it. Without script that of a sheet is a link to the page without it.
  // This must run before htmx, which would send the form of a button with formmethod="dialog".
  on("click", e => {
    const box = e.target.closest("[data-close], [formmethod='dialog']")?.closest(".toast, details, dialog[open]");
    if (!box) return;
    e.preventDefault();
    e.stopImmediatePropagation(); // it is no click elsewhere for an editor
    if (box.close) box.close();
    else if (box.matches("details")) closeMenu(box);
    else {
      box.remove();
      if (lost() && !modal()) leaveMessage();
    }
  }, true);

  // ---------- menus: <details class="drop">

  const openMenus = () => all("details.drop[open]");

  const closeMenu = menu => {
    menu.open = false;
    one("summary", menu).focus({ preventScroll: true });
  };

  // In an open menu the arrows lead from one control to the next, except where they change a value.
  const walk = (target, step) => {
    const menu = target.closest(".drop[open]");
    if (!menu || target.matches("select, textarea, [type='radio'], [type='date'], [type='datetime-local'], [type='number']")) return false;
    const stops = all("summary, a, button, select, textarea, input:not([type='radio'])", menu).filter(stop => stop.checkVisibility() && !stop.disabled);
    stops[stops.indexOf(target) + step]?.focus();
    return true;
  };

  // On phones a menu is a sheet over the page: the focus moves into it, and swiping down closes it. Messages are swiped away.
  const sheetOf = element => {
    const sheet = element.closest?.(".drop[open]")?.querySelector(".pop");
    return sheet && getComputedStyle(sheet).position === "fixed" ? sheet : filterSheet(element);
  };

  // The filters of a list are a popover on phones only.
  const filterSheet = element => {
    const sheet = element.closest?.("[popover]");
    return sheet && getComputedStyle(sheet).display === "block" ? sheet : null;
  };
  const filtersOpen = () => all("[popover]").some(filterSheet);

  on("focusout", e => {
    const menu = sheetOf(e.target)?.closest("details");
    if (menu && e.relatedTarget && !menu.contains(e.relatedTarget)) menu.open = false; // otherwise the focus would be under it
  });

  let pulled = null, from = null; // the sheet or message under the finger, and where the finger came down

  on("touchstart", e => {
    pulled = e.target.closest(".toast") ?? sheetOf(e.target);
    from = e.touches[0];
    for (let part = e.target; pulled && part !== document.body; part = part.parentNode) if (part.scrollTop) pulled = null;
  });

  on("touchend", e => {
    if (!pulled) return;
    const right = e.changedTouches[0].clientX - from.clientX, down = e.changedTouches[0].clientY - from.clientY;
    if (pulled.matches(".toast")) {
      if (Math.hypot(right, down) > 60) pulled.remove();
      return;
    }
    if (down <= 60) return;
    if (pulled.popover) pulled.hidePopover();
    else closeMenu(pulled.parentNode);
  });

  on("click", e => {
    for (const menu of openMenus()) {
      const inside = menu.contains(e.target);
      if (!inside || e.target.closest(".menu :is(a:not([hx-trigger]), button)")) menu.open = false;
    }
  });

  // When somebody opens the composer or a popover with a form, its first field gets the focus.
  let opened = null; // the <details> whose summary was clicked, by mouse or key

  on("click", e => { opened = e.target.closest("summary")?.parentNode ?? null; });

  const focusTitle = sheet => {
    const title = one(".sheet-h > :first-child", sheet);
    if (title) title.tabIndex = -1;
    title?.focus();
    return title;
  };

  // Keeps what an open menu shows within the window.
  const fit = menu => {
    const pop = one(":scope > .pop", menu);
    if (!pop) return;
    pop.style.maxHeight = ""; // the window may have had another size
    const { top, right, height } = pop.getBoundingClientRect(), room = innerHeight - top - 8 - (one(".tabbar")?.offsetHeight ?? 0);
    if (right > innerWidth) menu.classList.add("end");
    if (!sheetOf(menu) && height > room) pop.style.maxHeight = Math.max(room, 160) + "px";
  };

  on("toggle", e => { // does not bubble
    if (e.target.popover && e.newState === "open") return focusTitle(e.target);
    if (e.target.popover && lost()) return one(`[popovertarget='${e.target.id}']`)?.focus();
    if (!e.target.open || e.target !== opened || filterSheet(e.target)) return;
    fit(e.target);
    if (sheetOf(e.target) && focusTitle(e.target)) return;
    const field = one("[aria-describedby$='-t']", e.target) ?? one("[name='subject'], .combo input, .pop:not(.menu) :is(input:not([type='hidden']), select, textarea), [data-picks]", e.target);
    field?.focus();
    if (field?.dataset.picks) try { field.showPicker(); } catch {} // the field is there without it
  }, true);

  // "Other…" opens a field. A click moves the focus there; an arrow key does not, so that it can go on to the next choice.
  on("change", ({ target }) => {
    if (target.value === "other" && !target.matches(":focus-visible")) one(".own input", target.closest("fieldset"))?.focus();
  });

  // Typing narrows the values of a filter. Enter ticks the first one left, and shows all again.
  const folded = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  for (const event of ["input", "keydown"]) on(event, e => {
    if (!e.target.matches?.("[data-narrows]") || (e.key ?? "Enter") !== "Enter") return;
    const values = all(":is(.picks, .vals) > label", e.target.closest(".pickmany"));
    if (e.key) {
      e.preventDefault();
      values.find(x => !x.hidden)?.control.click(); // the focus stays, for the next one
      e.target.value = "";
      for (const x of values) x.hidden = false;
    } else for (const x of values) x.hidden = !folded(x.textContent).includes(folded(e.target.value));
  });

  // A day picked in a calendar goes into the field for typing one.
  on("change", e => {
    const field = byId(e.target.dataset.picks), details = e.target.closest("details");
    if (!field || !e.target.value) return;
    field.value = e.target.value.replace("T", " ");
    e.target.value = "";
    details.open = false;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const openComposer = () => {
    const composer = byId("composer");
    if (!composer) return;
    composer.open = true;
    byId("log-subject").focus();
  };

  // ---------- comboboxes: focus stays in the input, aria-activedescendant points to a link of the list

  const asked = new WeakMap(), listed = new WeakMap(); // input → the text last requested; the text that the list is for
  let hurried = null; // the input in which Enter was pressed before its list arrived

  const options = input => {
    const list = byId(input.getAttribute("aria-controls"));
    return list ? all("[role='option']", list) : [];
  };

  const expand = input => input.setAttribute("aria-expanded", options(input).length > 0);

  const activate = (input, option) => {
    const found = options(input);
    for (const other of found) other.setAttribute("aria-selected", other === option);
    expand(input);
    if (option?.id) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const active = input => options(input).find(o => o.getAttribute("aria-selected") === "true");

  // Fields whose list only suggests accept any text.
  const suggests = input => input.matches("[hx-get^='/suggestions/']");

  const shut = input => {
    byId(input.getAttribute("aria-controls"))?.replaceChildren();
    activate(input, null);
  };

  // A value typed in another case than a known one takes the known spelling.
  const settle = input => {
    const known = suggests(input) && options(input).find(o => !o.matches(".make") && folded(o.dataset.value) === folded(input.value)
      && o.dataset.value !== input.defaultValue); // which somebody may be correcting
    if (known) input.value = known.dataset.value;
    shut(input);
  };

  const take = option => {
    const input = one("input", option.closest(".combo"));
    input.value = option.dataset.value;
    listed.set(input, input.value);
    shut(input);
    input.focus();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  on("click", e => {
    const option = e.target.closest("[data-value]");
    if (option) take(option);
  });

  // Enter takes the chosen suggestion. If that equals what was typed, or the list is closed, Enter sends the form.
  const suggestionEnter = input => {
    const option = active(input);
    if (input.value && input.value !== (listed.get(input) ?? input.defaultValue)) hurried = input;
    else if (option && (option.dataset.value !== input.value || option.matches(".make"))) option.click();
    else {
      shut(input);
      return false;
    }
    return true;
  };

  // Returns whether the list used the key.
  const comboboxKey = (input, key) => {
    const found = options(input), at = found.indexOf(active(input));
    if (key === "Enter" && suggests(input)) return suggestionEnter(input);
    if (key === "ArrowDown" && !found.length && suggests(input)) input.dispatchEvent(new Event("opened"));
    else if (key === "ArrowDown" && found.length) activate(input, found[(at + 1) % found.length]);
    else if (key === "ArrowUp" && found.length) activate(input, found[at < 1 ? found.length - 1 : at - 1]);
    else if (key === "Enter" && input.value !== (listed.get(input) ?? input.defaultValue)) hurried = input;
    else if (key === "Enter" && found.length) (found[at] ?? found[0]).click();
    else if (key === "Escape" && found.length && !input.closest("#palette")) shut(input);
    else {
      if (key === "Tab" && !input.closest("#palette")) settle(input); // so that the next field comes next, not the list
      return false;
    }
    return true;
  };

  // Once a suggestion is typed in full, the list closes, because it would cover the buttons below.
  let typedInto = null; // the field that was typed into, not clicked
  const typedWhole = input => typedInto === input && suggests(input) && options(input).some(option =>
    option.dataset.value === input.value && !option.matches(".make"));

  on("click", () => { typedInto = null; }, true);
  on("input", ({ target }) => {
    hurried = null;
    typedInto = target;
    if (!typedWhole(target)) return;
    listed.set(target, target.value);
    shut(target);
  });

  on("focusout", e => { // a list that covers the page closes when the focus leaves
    const combo = e.target.closest(".combo"), input = combo && one("[role='combobox']", combo);
    if (combo && !combo.contains(e.relatedTarget)) settle(input);
  });

  const listArrived = input => {
    listed.set(input, asked.get(input));
    const first = options(input)[0];
    if (suggests(input) && (document.activeElement !== input || listed.get(input) !== input.value)) return shut(input);
    const whole = typedWhole(input);
    activate(input, suggests(input) && !input.value ? null : first);
    if (whole) shut(input);
    if (hurried === input && listed.get(input) === input.value) {
      hurried = null;
      if (!suggests(input)) first?.click();
      else if (!suggestionEnter(input)) input.form.requestSubmit();
    }
  };

  // ---------- keys

  const rows = "#rows tr, .tl > li, .links li, .feed > li, .todo li";
  const places = { h: "/", o: "/organizations", c: "/contacts", i: "/interactions", f: "/follow-ups" };
  const typing = target => target.matches("input:not([type='checkbox'], [type='radio'], [type='hidden']), textarea, select");
  const rowLink = row => one(".nm, h4 a", row) ?? one("a", row);
  const here = () => document.activeElement?.closest(rows);
  const chosen = () => here() ?? one("#rows tr:hover") ?? one("#rows tr"); // a list has a row for every key
  let going = 0; // time at which g was pressed

  let loaded = 0; // how many rows there were before the last ones were loaded

  const links = () => all(rows).map(rowLink).filter(link => link?.checkVisibility());

  const move = step => {
    const found = links(), row = here(), at = row ? found.indexOf(rowLink(row)) : -1;
    const first = document.activeElement?.matches("#load-more, #load-older") ? loaded : 0;
    const next = row ? found[at + step] : found[step > 0 ? first : found.length - 1];
    next?.focus();
  };

  const turn = (step, id) => here() || !one(".turn") ? move(step) : byId(id)?.click();

  const keys = {
    j: () => turn(1, "after"),
    k: () => turn(-1, "before"),
    x: () => {
      const row = chosen();
      if (row) rowLink(row).focus();
      if (row) one("[type='checkbox']", row)?.click();
    },
    a: () => one(".bulk :is(input, button)")?.focus(),
    u: () => all("#toasts :is(form button, a)").at(-1)?.focus(),
    e: () => {
      const row = chosen(), step = row && one(".menu a[href^='/follow-ups/']", row);
      if (row?.closest("[data-edits]")) location.assign(rowLink(row).pathname + "/edit");
      else if (step) location.assign(step.href);
      else (row ? one("a.i-pen", row) : one(".fact a.val") ?? byId("edit") ?? one("a.i-pen"))?.click();
    },
    l: openComposer,
    n: () => byId("new")?.click(),
    "/": () => { byId("q")?.focus(); byId("q")?.select(); },
    "?": () => one(".shell") && htmx.ajax("GET", "/keys", { target: "#dialog" }),
    g: () => { going = Date.now(); },
  };

  // ---------- an editor of one field, as of a fact: Tab, Shift Tab and a click elsewhere save it. Tab first goes to the twins it names

  const editors = ".fact.edit, #value-form";

  const fieldOf = editor => one("input:not([type='hidden']), select, textarea", editor); // null in a conflict
  const changed = field => field.options ? !field.selectedOptions[0]?.defaultSelected : field.value !== field.defaultValue;
  let leaving = null; // the editor being left, and what follows: the next fact, or what was clicked

  // Saves an editor, or closes it if nothing was typed. A refused value stays open until it is changed; then this is false.
  const leave = (editor, then) => {
    const field = fieldOf(editor);
    if (!field || !changed(field) && field.ariaInvalid === "true") return false;
    if (field?.matches("[role='combobox']")) settle(field);
    leaving = { from: editor.id, keys: [], ...then };
    if (changed(field)) editor.requestSubmit();
    else one("[data-cancel]", editor).click();
    return true;
  };

  const leaveBy = (editor, { shiftKey }) => {
    const facts = all(".fact").filter(fact => fact === editor || one("a.val", fact));
    return leave(editor, { next: facts[facts.indexOf(editor) + (shiftKey ? -1 : 1)]?.id });
  };

  // Types the keys that were pressed before the editor arrived.
  const type = (editor, keys) => {
    const field = fieldOf(editor);
    for (const [at, k] of keys.entries()) {
      if (k.key === "Tab") {
        if (leaveBy(editor, k)) leaving.keys = keys.slice(at + 1);
        return;
      }
      if (k.key === "Enter") return editor.requestSubmit();
      if (k.key === "Escape") return escape(editor);
      const before = at ? field.value : "";
      if (!field.options) field.value = k.key === "Backspace" ? before.slice(0, -1) : before + k.key;
    }
    if (keys.length) field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  on("click", e => {
    const editor = modal() || e.target.closest(".toast") ? null : all(editors).find(x => !x.contains(e.target));
    const control = e.ctrlKey || e.metaKey || e.shiftKey ? null : e.target.closest("a, button");
    if (!editor || !leave(editor, { control, elsewhere: !control }) || !control) return;
    e.preventDefault(); // it is clicked again once the value is saved
    e.stopPropagation();
  }, true);

  on("htmx:before:swap", e => { // the focus stays where somebody has clicked meanwhile, or was before a message
    const { ctx, tasks } = e.detail, focus = document.activeElement;
    const elsewhere = typing(focus) && ctx.request.method === "GET" && ctx.target !== document.body
      && ![ctx.target, ctx.sourceElement.closest?.("form, li, dialog")].some(place => place?.contains?.(focus));
    if (leaving?.elsewhere || elsewhere || ctx.sourceElement.closest?.(".toast")) for (const { fragment } of tasks) one("[autofocus]", fragment)?.removeAttribute("autofocus");
  });

  on("htmx:after:swap", e => {
    if (!leaving) return;
    const { from, next, control, keys, asked } = leaving, editor = byId(next);
    if (e.detail.ctx.response?.status >= 400) leaving = null;
    else if (byId(from)?.matches(".edit")) return; // something else was swapped
    else if (next && !editor) leaving = null; // it has left the page
    else if (next && !asked) {
      leaving.asked = true;
      one("a.val", editor).click();
    } else if (!next || editor.matches(".edit")) {
      leaving = null;
      if (next) type(editor, keys);
      else if (control) (control.isConnected ? control : byId(control.id))?.click();
    }
  });

  for (const failure of ["htmx:error", "htmx:response:error"]) on(failure, () => { leaving = null; });

  const escape = target => {
    if (filtersOpen()) return false; // the browser closes them
    const menu = openMenus().at(-1) ?? target.closest("#composer[open]");
    if (menu) {
      closeMenu(menu);
      return true;
    }
    const cancel = target.closest("form") && one("[data-cancel]", target.closest("form"));
    if (cancel) {
      cancel.click();
      return true;
    }
    if (!modal()) for (const box of all("#many :checked")) box.checked = false;
    return false;
  };

  // Under what is open, single keys do nothing. An open menu may be in a sheet that is closed.
  const covered = () => modal() || filtersOpen() || openMenus().some(menu => menu.checkVisibility());

  on("keydown", e => {
    const { key, target } = e, editor = target.closest?.(editors);
    if (e.defaultPrevented || e.isComposing || !target.closest) return;
    const command = e.ctrlKey || e.metaKey;
    const plain = !command && !e.altKey;
    if (leaving?.next && plain && /^(.|Tab|Enter|Escape|Backspace)$/.test(key)) {
      leaving.keys.push(e);
      e.preventDefault();
    } else if (plain && key === "Tab" && editor && (target === fieldOf(editor) || target.matches(".twins a"))) {
      const twins = all(".twins a", editor), twin = twins[twins.indexOf(target) + 1];
      if (e.shiftKey && target.href) return;
      if (twin && !e.shiftKey) twin.focus();
      else if (!leaveBy(editor, e)) return;
      e.preventDefault();
    } else if (plain && target.matches("[role='combobox']:not(select)") && comboboxKey(target, key)) e.preventDefault();
    else if (plain && /^Arrow(Up|Down)$/.test(key) && walk(target, key === "ArrowUp" ? -1 : 1)) e.preventDefault();
    else if (key === "Escape") { if (escape(target)) e.preventDefault(); }
    else if (command && key === "Enter") {
      const form = target.closest("form:not(#many)");
      form?.requestSubmit(one("button.pri", form));
    }
    else if (command && key.toLowerCase() === "k" && !e.altKey && byId("palette")) {
      e.preventDefault();
      if (byId("palette").open) byId("palette").close();
      else if (!modal()) openPalette();
    } else if (plain && !typing(target) && !target.closest("form[novalidate]") && !covered() && !one("[data-single-keys='off']")) {
      const place = Date.now() - going < 1500 && places[key];
      if (key !== "g") going = 0;
      if (place) one(`:is(.nav, .tabbar) a[href="${place}"]`)?.click();
      else if (Object.hasOwn(keys, key)) {
        e.preventDefault(); // otherwise the letter would be typed into the field that gets focus
        keys[key]();
      }
    }
  });

  // ---------- the command palette: it opens at once, so that keys pressed after Ctrl K go into it

  const openPalette = () => {
    open(byId("palette"));
    byId("palette-q").dispatchEvent(new Event("opened")); // requests the list
  };

  on("click", e => {
    if (!e.target.closest("#search-open") || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    e.stopPropagation(); // otherwise htmx would follow the link
    openPalette();
  }, true);

  // The browser remembers the addresses of the last records; the server shows those the user may see.
  const noteRecord = () => {
    const field = byId("recent"), here = location.pathname;
    if (!field) return;
    try {
      const key = "recent " + one("[data-user]").dataset.user;
      const others = (localStorage.getItem(key) ?? "").split(" ").filter(path => path && path !== here).slice(0, 8);
      field.value = others.join(" ");
      if (/^\/(organizations|contacts)\/[^/]{36}$/.test(here) && one(".rec")) localStorage.setItem(key, [here, ...others.slice(0, 7)].join(" "));
    } catch {} // storage is disabled
  };

  // ---------- whose page this is: a form of somebody else's is refused, and a refused request is sent again after signing in

  const userHere = () => one("[data-user]")?.dataset.user;
  let refused = null; // the request that opened the dialog for signing in

  on("htmx:config:request", e => {
    const { request } = e.detail.ctx, user = userHere(), { form } = request;
    if (user && request.method !== "GET") request.body.set("whose", user);
    if (form?.id === "log" && one(".later", form)) drafts(forms => { // what a draft has for fields that are not there yet
      for (const [name, value] of forms[actionOf(form)]?.values ?? []) if (!form.elements[name]) request.body.append(name, value);
    });
  });

  // A button as it is on the page now: its row may have been replaced, or be gone.
  const onPage = button => button.isConnected ? button : one(`[formaction='${button.getAttribute("formaction")}']`);

  on("send-again", () => {
    drafts(() => {}, true); // signing out elsewhere may have removed them
    const { sourceElement, request: { submitter } } = refused;
    if (!sourceElement.isConnected) byId("toasts").append(sourceElement); // the Undo of a message that is gone
    if (submitter && !onPage(submitter)) complain("This no longer exists.");
    else if (sourceElement.matches("form")) sourceElement.requestSubmit(submitter && onPage(submitter));
    else sourceElement.click();
  });

  const nameUser = dialog => {
    const email = one("#login-email", dialog);
    if (!email || email.value) return;
    email.value = one(".me").title;
    email.autofocus = false;
    byId("login-password").autofocus = true;
  };

  // A field that gets the focus has its value selected, as after Tab. Otherwise the caret would be before it.
  const selectFilled = () => {
    const field = document.activeElement;
    if (!field?.matches("input[autofocus]") || !isNew(field)) return;
    if (field.value === field.defaultValue) field.select();
  };

  on("focusin", selectFilled); // some browsers set a new page's focus after this script has run

  // ---------- navigation: the latest request wins, and focus goes to the new page's heading

  const restores = ctx => ctx.request?.headers["HX-History-Restore-Request"]; // for Back
  const followed = new Map(); // address of a page → ticks its rows again, and finds the link that was followed among those that lead there
  let navigation = null;

  on("htmx:before:request", e => {
    const { ctx } = e.detail, { submitter } = ctx.request;
    if (submitter && !onPage(submitter)) return e.preventDefault(); // it waited for an earlier one, which took its row away
    if (ctx.sourceElement.matches("[role='combobox']")) asked.set(ctx.sourceElement, ctx.sourceElement.value);
    if (ctx.request.method !== "GET") byId("alerts")?.replaceChildren(); // the last failure no longer matters
    if (ctx.target !== document.body) return;
    navigation?.request.abort?.(); // the request that restores a page for Back has no abort
    navigation = ctx;
    if (restores(ctx)) return;
    const { href } = ctx.sourceElement, found = () => all("main a").filter(link => link.href === href), at = found().indexOf(ctx.sourceElement);
    const ticked = all("#many :checked").map(box => box.value);
    followed.set(location.href, () => {
      for (const box of all("#many [type='checkbox']")) box.checked ||= ticked.includes(box.value);
      return found()[at];
    });
  });

  const awaits = new WeakMap(); // place → the latest request for it; CSS dims a place that waits for long

  on("htmx:before:request", e => {
    const { ctx } = e.detail;
    ctx.place = ctx.target === document.body ? one("main") : ctx.target;
    if (ctx.request.method !== "GET" || !ctx.place) return;
    awaits.set(ctx.place, ctx);
    ctx.place.ariaBusy = "true";
  });

  on("htmx:finally:request", e => {
    const { ctx } = e.detail;
    if (awaits.get(ctx.place) === ctx) ctx.place.ariaBusy = null;
  });

  // Editors and forms that stay open, with what was typed, when something else updates the part of the page around them.
  let editing = new Set();

  const keepEditing = ({ detail: { ctx, tasks } }) => {
    editing = new Set();
    for (const { target, swapSpec } of tasks) {
      const place = target?.matches ? target : target && one(target);
      if (!place || place === document.body || !/HTML|Morph/.test(swapSpec?.style)) continue;
      for (const part of all(".editing, #link-form:has(form), #follow-up-new:has(form)", place)) {
        if (!part.contains(ctx.sourceElement) && !part.contains(ctx.request.submitter)) editing.add(part);
      }
    }
    for (const part of editing) part.remove(); // otherwise htmx would detach its handlers
  };

  // Candidates for the focus when its element is removed: the row or its neighbours, the filter or the next one, what had it
  // before a message.
  let heirs = [], before = null, rowId = null, menu = null; // the row that the answer is for; the open menu whose content comes
  let message = null; // whose Undo was pressed

  on("focusin", e => {
    if (e.target.closest("#toasts") && !e.relatedTarget?.closest("#toasts")) before = e.relatedTarget;
  });

  const leaveMessage = () => {
    const row = byId(before?.closest("[id]")?.id); // its row may have been replaced
    const heirs = [before, byId(before?.id), row?.matches(rows) && rowLink(row), byId("log-open"), one("h1")];
    heirs.find(heir => heir?.isConnected)?.focus({ preventScroll: true });
  };
  let around = []; // ids around the focus, from the inside out

  // In a question of a form its first field, elsewhere the heading.
  const heirIn = place => place.matches(".with, .lower, .further") ? all("select, input", place).find(field => field.checkVisibility())
    : one("[tabindex='-1']:not(button)", place);

  on("htmx:before:swap", e => {
    const { ctx } = e.detail, chip = ctx.sourceElement.closest?.(".chip");
    if (/^(more|older)$/.test(ctx.target?.id)) loaded = links().length;
    const found = all(rows).map(rowLink), row = (ctx.request.submitter ?? ctx.sourceElement).closest?.(rows), at = row ? found.indexOf(rowLink(row)) : -1;
    rowId = row?.id;
    menu = ctx.target?.contains?.(document.activeElement) && ctx.target.closest?.(".drop[open] > .menu");
    keepEditing(e);
    heirs = at >= 0 ? [found[at], found[at + 1], found[at - 1], byId("log-open"), one("h1")]
      : chip ? [one("summary", chip), one("#more-filters summary"), one("#filters summary")] : [];
    message = ctx.sourceElement.closest?.(".toast"); // htmx replaces the source when it is gone
    around = [];
    for (let x = document.activeElement; x; x = x.parentElement) if (x.id) around.push(x.id);
    if (ctx.target === document.body && navigation && ctx !== navigation) e.preventDefault();
  });

  // htmx would push the address of a refused request, too, and the one that is there, for which Back would do nothing.
  // A form that is saved or left takes its step with it: Back leads to where it was opened from, which may be this page.
  const said = /[?&]said=\w+(?=#|$)/; // names a message, which is shown once
  let cameFrom = "", returns = false;

  on("htmx:before:history:update", e => {
    const { response, sourceElement, history: step } = e.detail, here = location.pathname + location.search, to = step.path.replace(said, "");
    if (response?.status >= 400 || to === here) return e.preventDefault();
    if (!sourceElement.matches?.("[data-cancel], form:has([data-cancel])")) cameFrom = here;
    else if (to !== history.state.from) step.type = "replace";
    else {
      e.preventDefault();
      returns = true;
      history.back();
    }
  });

  on("htmx:after:history:push", () => history.replaceState({ ...history.state, from: cameFrom }, ""));

  on("htmx:before:history:restore", e => { // the page is there already
    if (returns) e.preventDefault();
    returns = false;
  });

  on("htmx:after:swap", e => {
    for (const part of editing) byId(part.id)?.replaceWith(part);
    const { ctx } = e.detail;
    if (ctx.sourceElement.matches?.("[role='combobox']")) listArrived(ctx.sourceElement);
    selectFilled();
    if (lost() && menu) one("form button", menu)?.focus();
    if (lost() && rowId && byId(rowId)?.matches(rows)) rowLink(byId(rowId))?.focus();
    if (lost()) heirs.find(heir => heir?.isConnected)?.focus();
    if (lost() && message) leaveMessage();
    if (lost() && /^(more|older)$/.test(ctx.target?.id)) links()[loaded]?.focus(); // nothing more to load
    if (ctx.target !== document.body || ctx.swap === "none") return lost() && around.map(byId).map(place => place && heirIn(place)).find(x => x)?.focus();
    if (restores(ctx)) return followed.get(location.href)?.()?.focus();
    const heading = one("h1");
    if (!heading || document.activeElement?.matches("[autofocus]")) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });

  // ---------- failures

  const complain = text => {
    // While a modal dialog is open, the rest of the page can be neither read nor clicked.
    const dialog = modal();
    const place = dialog ? one(".alerts", dialog) ?? dialog.appendChild(make("div", { class: "alerts", role: "alert" })) : byId("alerts");
    place?.replaceChildren(make("div", { class: "toast bad" }, make("span", {}, text),
      make("button", { type: "button", class: "x", "aria-label": "Close", "data-close": "" }, "×")));
  };

  const wordsOf = html => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const place = one("main p", page) ?? one("p", page) ?? page.body;
    return place.textContent.replace(/\s+/g, " ").trim().slice(0, 200);
  };

  on("htmx:response:error", e => {
    const { ctx } = e.detail, { status, headers } = ctx.response;
    if (headers.get("HX-Retarget") === "#dialog") refused = ctx;
    if ([401, 409, 422].includes(status)) return; // these answers are shown on the page
    if (restores(ctx)) return location.reload(); // Back has already changed the address
    if (status === 503 && ctx.request.method === "GET" && ctx.target === document.body) return location.assign(ctx.request.action); // the full page explains more
    const failed = ctx.request.method === "GET" ? "Could not load this." : "Could not save. Nothing was changed.";
    const wait = headers.get("Retry-After");
    if (status === 404 || status === 410) complain("This no longer exists.");
    else if (status === 429) complain(`Too many tries. Wait ${+wait > 0 ? wait + " seconds" : "a minute"}, then try again.`);
    else if (status === 503 || status === 507 || status < 500) complain(wordsOf(ctx.text) || failed);
    else complain(failed);
  });

  on("htmx:error", e => {
    const { ctx } = e.detail;
    if (!ctx?.request) return;
    const get = ctx.request.method === "GET", failed = get ? "Could not load this." : "What you typed is still here.";
    if (ctx.response) complain("Could not show the answer. Load this page again.");
    else if (ctx.request.signal.reason === "timeout") complain(`The server did not answer in time. ${get ? "Try again." : failed + " Nothing is saved twice if you try again."}`);
    else if (!navigator.onLine) complain("You are offline. " + failed);
    else complain("The server cannot be reached. " + failed);
  });

  // ---------- toasts disappear; those with a button stay longer, and none disappears while in use

  const dismissLater = (toast, wait) => setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) dismissLater(toast, 2000);
    else toast.remove();
  }, wait);

  const timeToasts = () => {
    const address = location.href.replace(said, "");
    if (address !== location.href) history.replaceState(history.state, "", address);
    for (const toast of all("#toasts .toast")) {
      if (!isNew(toast)) continue;
      dismissLater(toast, one("form, a", toast) ? 20e3 : 8e3);
      const over = toast.getBoundingClientRect(), under = document.activeElement.getBoundingClientRect();
      if (under.bottom > over.top && under.top < over.bottom && under.height < over.top) document.activeElement.scrollIntoView({ block: "nearest" });
    }
  };

  // ---------- forms

  const filled = new WeakMap(); // field → the value last copied into it

  on("input", e => {
    const source = e.target, field = source.dataset.defaults && byId(source.dataset.defaults);
    if (!field || (field.value && field.value !== (filled.get(field) ?? source.defaultValue))) return;
    field.value = source.value;
    filled.set(field, source.value);
  });

  on("click", e => {
    const button = e.target.closest(".pw button"), input = button && one("input", button.closest(".pw"));
    if (!input) return;
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", show);
  });

  on("click", e => {
    const button = e.target.closest("[data-copy]");
    if (!button) return;
    const source = byId(button.dataset.copy) ?? make("textarea", { class: "sr" });
    if (!source.isConnected) {
      source.value = button.value;
      button.after(source);
    }
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    document.execCommand("copy"); // navigator.clipboard is there only with https
    if (button.value) {
      source.remove();
      button.focus();
    }
    one("span", button.parentNode).replaceChildren(make("span", {}, "Copied"));
  });

  on("click", e => { if (e.target.closest("[data-print]")) print(); });

  // Rows are selected one by one, all at once, or with Shift all from the last one to this one.
  let picked = null;

  on("click", e => {
    const box = e.target, boxes = all("#rows [name='id']"), from = boxes.indexOf(picked), to = boxes.indexOf(box);
    if (box.id === "all") for (const other of boxes) other.checked = box.checked;
    if (to < 0) return;
    if (e.shiftKey && from >= 0) for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
    picked = box;
  });

  const proposeZone = () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const field of all("[data-detect-zone]")) {
      field.removeAttribute("data-detect-zone"); // only once, so that the user's own choice stays
      if (field.matches("select") && ![...field.options].some(o => o.value === zone)) field.add(new Option(zone, zone));
      field.value = zone;
    }
  };

  // ---------- drafts: one item in the browser's storage holds what is typed, for 8 hours. Signing out removes it. Only a page
  // that loads creates it, so that tabs left open after that store nothing.

  const readDrafts = () => {
    try {
      return JSON.parse(localStorage.getItem("drafts"));
    } catch {} // storage is disabled
  };

  const storeDrafts = kept => {
    try {
      if (kept) localStorage.setItem("drafts", JSON.stringify(kept));
      else localStorage.removeItem("drafts");
    } catch {} // storage is disabled or full
  };

  const drafts = (change, loading) => {
    const user = userHere();
    let kept = readDrafts();
    if (loading && user && kept?.user !== user) kept = { user, forms: {} };
    if (!kept) return;
    for (const action in kept.forms) if (kept.forms[action].at < Date.now() - 288e5) delete kept.forms[action];
    if (kept.user === user) change(kept.forms);
    storeDrafts(kept);
  };

  const actionOf = form => form.getAttribute("action");
  const drop = form => form && drafts(forms => delete forms[actionOf(form)]);
  const drafted = "form[novalidate]:not([autocomplete], dialog *, :has([type='password'], [autocomplete='one-time-code'], .again))"; // nor one that asks how to go on

  // Lists what a draft changes in a form: each field, the property and what it becomes. A box that is not in the draft was not
  // ticked; fields of one name take its values in turn. Hidden fields are the page's, but the version comes back, so that what
  // others changed in the meantime is a conflict.
  const differences = (form, values) => {
    const draft = Map.groupBy(values, ([name]) => name), found = [];
    for (const field of form.elements) {
      if (field.matches(":disabled")) continue; // it is in no draft
      const left = draft.get(field.name) ?? [], ticked = left.some(([, value]) => value === field.value);
      if (field.type === "checkbox" || field.type === "radio" && ticked) {
        if (field.checked !== ticked) found.push([field, "checked", ticked]);
      } else if (left.length && (typing(field) || /version|was|request/.test(field.name))) {
        const [, value] = left.shift();
        if (field.value.trim() !== value.trim()) found.push([field, "value", value]);
      }
    }
    return found;
  };

  // A new form does not list who was picked by search: it asks the server, which names only those whom the user may see.
  const fill = (form, values, part = form) => {
    for (const [field, property, value] of differences(form, values)) {
      if (!part.contains(field)) continue;
      const old = field.value;
      field[property] = value;
      if (field.selectedIndex < 0) field.value = old; // that choice is gone
      if (field.matches(".with > select")) field.dispatchEvent(new Event("change", { bubbles: true })); // it stays chosen
      const more = field.closest("form details");
      if (more) more.open = true;
    }
    for (const find of all("[data-finds]", part)) {
      const picked = values.filter(([name]) => find.dataset.finds.includes(name));
      if (picked.some(([, value]) => !one(`[value='${value}']`, form))) htmx.ajax("GET",
        find.getAttribute("hx-get") + "&draft=1&" + new URLSearchParams(picked),
        { target: find.dataset.into, swap: "outerHTML" });
    }
  };

  let resumed = null; // the action of a form whose draft was continued before it was there

  // The search for somebody to link leads to a form with the same action, of the one who was chosen or a new one.
  const resume = (search, values) => {
    resumed = actionOf(search);
    const chosen = values.filter(([name, value]) => value && /^(contact|organization)_id$/.test(name));
    htmx.ajax("GET", resumed + "?add=1&" + new URLSearchParams(chosen.length ? chosen : { new: 1 }), { target: "#link-form", swap: "innerHTML" });
  };

  const offer = form => drafts(forms => {
    const kept = forms[actionOf(form)];
    if (!kept) return;
    // The lower fields of the composer are loaded, and filled when they are there. htmx starts after this script.
    if (kept.typed.length && one(".later", form)) setTimeout(() => byId("composer")?.dispatchEvent(new Event("toggle")));
    const search = form.matches("[role='search']"), { values, typed, words } = kept;
    const changes = differences(form, values).filter(([{ name }]) => typed.includes(name)), log = form.id === "log";
    const field = search ? typed.length && one("input:not([type='hidden'])", form) : changes.find(([changed]) => !log || typing(changed))?.[0];
    if (!field) return;
    if (log || resumed === actionOf(form) && !search) return resumed = null, fill(form, values);
    const line = make("div", { class: "banner", role: "status" }, make("span", {},
      words ? "You typed this and did not save it: " + words.slice(0, 80) : "You changed this and did not save it."));
    for (const [label, act] of [["Continue", search ? resume : fill], ["Discard", drop]]) {
      line.append(make("button", { type: "button", class: "btn sm" }, label));
      line.lastChild.addEventListener("click", () => {
        act(form, values);
        line.remove();
        field.focus();
      });
    }
    (one(".body", form) ?? form).prepend(line);
  });

  const nameDraft = () => {
    const words = byId("log-subject")?.value;
    if (words) one("#composer .typed").textContent = `Continue: “${words}”`;
  };

  // Fields that have not come yet keep what the draft has for them.
  const keep = (form, typed) => form?.matches(drafted) && drafts(forms => {
    const before = forms[actionOf(form)];
    if (!typed && !before) return;
    const away = name => before && one(".later", form) && !form.elements[name];
    const since = before && differences(form, before.values).map(([field]) => field);
    const written = [...form.elements].filter(field => field.matches("input, select, textarea")
      && (changed(field) || field.checked !== field.defaultChecked
        || before?.typed.includes(field.name) && !since.includes(field))); // a refused form has what was typed as its defaults
    const words = written.find(field => typing(field) && !field.options && field.value.trim())?.value;
    forms[actionOf(form)] = {
      at: Date.now(), values: [...new FormData(form), ...before?.values.filter(([name]) => away(name)) ?? []],
      typed: [...written.map(field => field.name), ...before?.typed.filter(away) ?? []], words,
    };
  });

  on("input", ({ target: { form } }) => {
    keep(form, true);
    nameDraft();
  });

  on("htmx:after:swap", e => { // somebody was picked; a form that has just arrived is not changed
    const place = byId(e.detail.ctx.target?.id), form = place?.closest("form");
    if (place?.matches(".lower")) drafts(forms => {
      const kept = forms[actionOf(form)];
      if (kept) fill(form, kept.values, place);
    });
    else if (place !== form) keep(form);
  });

  on("reset", e => drop(e.target));

  // Notes the form that this tab sends without htmx, and returns the one before. Only the message of the next page, which timeToasts
  // takes out of the address, tells that it is saved.
  const noteSent = action => {
    try {
      const before = sessionStorage.getItem("sent");
      sessionStorage.setItem("sent", action ?? "");
      return before;
    } catch {} // storage is disabled
  };

  on("submit", ({ target, submitter }) => {
    // After Back the server ticks them again, unless they were changed.
    if (target.matches("#many")) {
      const address = new URL(location);
      address.searchParams.set("selection", target.selection.value);
      history.replaceState(history.state, "", address);
    }
    if ((submitter?.getAttribute("formaction") ?? actionOf(target)) === "/logout") storeDrafts(null);
    else if (target.matches("[hx-boost='false']")) noteSent(actionOf(target));
  });

  on("htmx:after:request", e => {
    const { ctx } = e.detail, { request, response } = ctx;
    if (ctx.target?.isConnected === false && ctx.target.id) ctx.target = byId(ctx.target.id) ?? ctx.target; // it was replaced meanwhile
    if (request.method !== "GET" && response.status < 400) drop(request.form);
  });

  const showDrafts = () => {
    const page = one("[data-user]") ?? document.body;
    if (isNew(page)) {
      const sent = noteSent(null), saved = /[?&]said=/.test(location.search) || byId("one-time-link"); // an invitation
      drafts(forms => { if (saved) delete forms[sent]; }, true);
    }
    for (const form of all(drafted + ", #link-form [role='search']")) if (isNew(form)) offer(form);
    nameDraft();
  };

  // ---------- at load and after each swap

  // What somebody has chosen stays chosen when the links change, and the choices with them.
  on("change", e => {
    const chosen = e.target.matches(".with > select") && byId(e.target.id + "-chosen");
    if (chosen) chosen.value = e.target.value || "none";
  });

  // If the tabs are wider than the page, scroll to the current one.
  const showTab = () => {
    const tab = one(".tabs [aria-current]"), row = tab?.parentNode;
    if (row && !row.scrollLeft) row.scrollLeft = tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth + 16;
  };

  const refresh = () => {
    showTab();
    showDrafts();
    noteRecord();
    showTimes();
    timeToasts();
    proposeZone();
    byId("all")?.removeAttribute("hidden");
    byId("many")?.setAttribute("autocomplete", "off"); // otherwise the browser would tick rows again that were changed
    all("input[role='combobox']").forEach(expand);
    openMenus().forEach(fit); // their content may have been loaded since
  };

  on("htmx:after:settle", e => {
    const dialog = e.detail.task.target?.closest?.("#dialog");
    if (dialog?.childElementCount) {
      for (const row of all("[data-for]", dialog)) row.hidden = !one(row.dataset.for); // only the keys that work on this page
      open(dialog);
      nameUser(dialog);
    } else dialog?.close();
    refresh();
  });

  // A page that is loaded whole, as the answer to a form, places the focus as one that htmx swaps.
  const answers = performance.getEntriesByType("navigation")[0]?.type === "navigate" && history.length > 1 && document.referrer.startsWith(location.origin + "/");
  if (answers && lost() && !one("[autofocus]")) (one("[aria-invalid='true']") ?? one("h1"))?.focus();

  refresh();
  selectFilled();
  setInterval(showTimes, 60e3);
})();
