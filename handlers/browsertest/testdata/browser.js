// What the tests in a browser ask a page; see browser_test.go. Where a function
// returns a text, "" is yes and anything else says what is wrong.

const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
const tidy = text => (text ?? "").replace(/\s+/g, " ").trim();
const words = e => tidy([e.innerText, e.getAttribute("aria-label"), e.matches("input, textarea") ? e.value : ""].join(" "));
const find = (selector, text) => [...document.querySelectorAll(selector)].filter(e => shown(e) && words(e).includes(text));
const name = e => e ? e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + " “" + words(e).slice(0, 40) + "”" : "nothing";

const wanted = (selector, text) => {
  const there = find(selector, "");
  return `not seen: ${selector} ${text}` + (there.length ? `; it says ${there.map(words).join(" | ").slice(0, 300)}` : "");
};

const same = (got, want, what) => got === want ? "" : `${what} is ${JSON.stringify(got)}, want ${JSON.stringify(want)}`;

const report = () => [location.href, document.title, "focus: " + name(document.activeElement), (document.querySelector("dialog[open]") ?? document.body)?.innerText.replace(/\s+/g, " ").slice(0, 2500)].join("\n");

// Waits until a page that has just loaded was shown, because the field or heading that takes the focus scrolls it. A tab behind
// another shows nothing.
const rendered = async () => {
  if (document.readyState === "complete") await (window.rendered ??= new Promise(done => {
    requestAnimationFrame(() => requestAnimationFrame(done));
    setTimeout(done, 100);
  }));
};

// Where to press: the middle of what is seen of an element that nothing covers and that does not move.
const spot = (selector, text) => {
  if (document.readyState !== "complete") return { Missing: "the page is still loading" };
  const found = find(selector, text);
  if (found.length !== 1) return { Missing: `${found.length} such elements: ${found.map(name).join(", ")}` };
  const e = found[0];
  if (e.disabled) return { Missing: "it is disabled" };
  e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  const box = e.getClientRects()[0], x = box.x + box.width / 2, y = box.y + box.height / 2;
  const hit = document.elementFromPoint(x, y);
  const label = hit?.closest("label");
  if (!hit || !(e.contains(hit) || hit.contains(e) && hit.matches("label") || label && label.control === e)) return { Missing: "covered by " + name(hit) };
  return { X: x, Y: y };
};

const chosen = selector => {
  const e = document.activeElement;
  if (!e?.matches(selector)) return `${selector} has no focus, but ${name(e)}`;
  e.select();
  return "";
};

const set = (selector, value) => {
  const e = find(selector, "")[0];
  if (!e) return "no " + selector;
  const option = e.matches("select") && [...e.options].find(o => tidy(o.text) === value);
  if (e.matches("select") && !option) return `${selector} does not offer ${value}: ${[...e.options].map(o => o.text)}`;
  e.value = option ? option.value : value;
  e.dispatchEvent(new Event("input", { bubbles: true }));
  e.dispatchEvent(new Event("change", { bubbles: true }));
  return "";
};

// The ring may be around the element, or around what holds it: a label, a card.
const ringed = e => {
  const style = getComputedStyle(e);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== "none";
};

const focused = (selector, seen) => {
  const e = document.activeElement;
  if (!e || !e.matches(selector)) return `the focus is on ${name(e)}, want ${selector}`;
  if (!seen) return "";
  if (!e.matches(":focus-visible")) return `${selector} does not show its focus`;
  if (e.matches("h1, h2, [role='group']")) return ""; // a place to read on from, nothing to press
  for (let at = e; at && at !== document.body; at = at.parentElement) if (ringed(at) && at.matches(":focus-within")) return "";
  return `${selector} has the focus, but no ring`;
};

// Each event of a timeline with the day it stands under and its time.
const calendar = () => [...document.querySelectorAll("#timeline .tl > li")].map(e =>
  `${tidy(e.querySelector("h4").innerText)}: ${tidy(e.parentElement.previousElementSibling.innerText)} ${tidy(e.querySelector("time").innerText)}`).join(", ");

const sideways = () => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return "";
  const over = [...document.querySelectorAll("body *")].filter(e => shown(e) && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
  return `scrolls ${wide}px sideways at ${innerWidth}px: ${over.slice(-3).map(name).join(", ")}`;
};

// Whether a column of 600 pixels or more is in the middle of what the menu leaves.
const middle = selector => {
  const box = find(selector, "")[0].getBoundingClientRect(), rest = document.querySelector(".shell > div").getBoundingClientRect();
  const off = Math.abs(box.left + box.right - rest.left - rest.right) / 2;
  return box.width >= 600 && off < 2 ? "" : `${Math.round(box.width)} wide, ${Math.round(off)} beside the middle`;
};

const inside = selector => {
  const box = find(selector, "")[0].getBoundingClientRect();
  return box.top >= 0 && box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight ? "" : `from ${box.left}, ${box.top} to ${box.right}, ${box.bottom}`;
};

const uncovered = () => { // what has the focus, by a message
  const message = document.querySelector("#toasts .toast")?.getBoundingClientRect(), at = document.activeElement.getBoundingClientRect();
  return !message ? "no message" : at.bottom <= message.top || at.top >= message.bottom ? "" : "a message covers " + name(document.activeElement);
};

// Texts that something around them cuts at the top or bottom, or that run out of a control. What lists leave out for want of room is excepted.
const cutOff = () => [...document.querySelectorAll("body *")].filter(e => shown(e) && !e.closest(".sr, .last > i, svg, .skip, thead, .dom, .rows td > div > bdi")).flatMap(e => {
  const texts = [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
  if (!texts.length) return [];
  const range = document.createRange();
  range.setStartBefore(texts[0]);
  range.setEndAfter(texts.at(-1));
  const text = range.getBoundingClientRect();
  for (let at = e; at && at !== document.body; at = at.parentElement) {
    const box = at.getBoundingClientRect(), cuts = getComputedStyle(at).overflowY;
    if (cuts === "auto" || cuts === "scroll") return [];
    const out = text.top < box.top - 3 || text.bottom > box.bottom + 3;
    if (out && (cuts !== "visible" || at.matches(".btn, .chip, .bdg, .tag, .pick, .nav a, .seg label, .av, kbd, td"))) return [`${name(at)} cuts ${name(e)}`];
  }
  return [];
}).slice(0, 5).join("; ");

// WCAG 2.5.8, without its exception for room around a target; links in a sentence are excepted, and
// bars of a chart whose table has the same link. What is hidden from everybody is no target.
const targets = () => [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter(shown).flatMap(e => {
  if (e.matches("[tabindex='-1'][aria-hidden='true']")) return [];
  const whole = e.matches("input[type='radio'], input[type='checkbox']") ? e.closest("label") ?? e : e;
  const box = whole.getBoundingClientRect();
  const after = getComputedStyle(e, "::after"); // a link may cover its row with this
  if (after.position === "absolute" && after.content !== "none") return [];
  if ([...e.closest("figure")?.querySelectorAll("svg ~ details table a") ?? []].some(a => a !== e && a.getAttribute("href") === e.getAttribute("href"))) return [];
  const inline = getComputedStyle(e).display === "inline" && tidy(e.parentElement.innerText) !== tidy(e.innerText);
  return inline || box.width >= 24 && box.height >= 24 ? [] : [`${name(e)} is ${Math.round(box.width)}×${Math.round(box.height)}`];
}).join("; ");

// A change of theme fades; what counts is where it ends.
const violations = rules => {
  for (const a of document.getAnimations()) a.finish();
  return axe.run(document, {
    runOnly: rules ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
  }).then(result => result.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary.replace(/\s+/g, " ")} ${n.html.slice(0, 200)}`)));
};

// squeezed says which columns of a list have no room, unless its rows are folded into lines.
const squeezed = () => [...document.querySelectorAll(".rows")].flatMap(table => {
  const visible = selector => [...table.querySelectorAll(selector)].filter(shown), heads = visible("th"), cells = visible("tbody tr:first-child td");
  if (getComputedStyle(table.tHead).display !== "table-header-group") return [];
  if (heads.length !== cells.length) return [`${heads.length} headings stand over ${cells.length} columns`];
  const least = 4 * parseFloat(getComputedStyle(document.documentElement).fontSize);
  return heads.filter(e => !e.matches(".ck") && e.getBoundingClientRect().width < least).map(name);
}).join("; ");

// columns returns how tall the columns are that parts of a page stand in.
function columns(parts) {
  const bottoms = new Map();
  let top = Infinity;
  for (const part of document.querySelectorAll(parts)) {
    const box = part.getBoundingClientRect();
    top = Math.min(top, box.top);
    bottoms.set(box.left, Math.max(bottoms.get(box.left) ?? 0, box.bottom));
  }
  return [...bottoms.values()].map((bottom) => bottom - top);
}
