// What every signed-in page does: tabs, dialogs, copying, and what happens when the sign-in has run out.
// Behaviour hangs on data attributes; nothing here is called by a page. docs/look.md lists the attributes.

// ---- tabs: [role=tablist] > [role=tab][aria-controls]
function choose(tab) {
  const list = tab.closest('[role="tablist"]');
  for (const other of list.querySelectorAll('[role="tab"]')) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !chosen;
  }
}

function step(tab, by) {
  const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
  const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
  next.focus();
  choose(next);
}

function tabKeys(event) {
  const tab = event.target.closest('[role="tab"]');
  if (!tab) return;
  const forward = getComputedStyle(tab).direction === "rtl" ? -1 : 1;
  if (event.key === "ArrowRight") step(tab, forward);
  else if (event.key === "ArrowLeft") step(tab, -forward);
  else return;
  event.preventDefault();
}

function prepareTabs(root) {
  for (const list of root.querySelectorAll('[role="tablist"]')) {
    const tabs = list.querySelectorAll('[role="tab"][aria-controls]');
    const chosen = list.querySelector('[aria-selected="true"]') ?? tabs[0];
    if (tabs.length && chosen) choose(chosen);
  }
}

// ---- dialogs: [data-opens="id"] opens <dialog id>, [data-close] inside closes it
function dialogs(event) {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens)?.showModal();
    event.preventDefault();
  }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
}

// ---- copying: [data-copy="id of what to copy"], [data-copied="words said when done"]
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = "value" in source ? source.value : source.textContent.trim();
  await navigator.clipboard.writeText(source.dataset.text ?? text);
  const said = button.querySelector("[data-said]") ?? button.appendChild(document.createElement("span"));
  said.dataset.said = "";
  said.className = "copied";
  said.setAttribute("role", "status");
  said.textContent = button.dataset.copied ?? "";
}

// ---- a form that may be sent only once: [data-once]
function once(event) {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
}

// ---- filters that act when chosen: <select data-submits>
function submits(event) {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
}

// ---- the sign-in ran out. htmx hears of it by a 401; other modules send a `sanad:expired` event.
function expired() {
  const dialog = document.getElementById("expired");
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest('[role="tab"][aria-controls]');
  if (tab) choose(tab);
  dialogs(event);
  const copies = event.target.closest("[data-copy]");
  if (copies) copy(copies);
});
document.addEventListener("keydown", tabKeys);
document.addEventListener("submit", once);
document.addEventListener("change", submits);
document.addEventListener("sanad:expired", expired);
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status !== 401) return;
  event.preventDefault();
  expired();
});
document.addEventListener("htmx:load", (event) => prepareTabs(event.detail.elt));
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});
prepareTabs(document);
