/* A link to a place opens whatever hides it (a tab, a fold) and puts the caret there. */

function openPlace(hash) {
  const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target) return;
  const panel = target.closest("[role='tabpanel'][hidden]");
  if (panel) document.querySelector(`[role='tab'][aria-controls="${panel.id}"]`)?.click();
  target.closest("details")?.setAttribute("open", "");
  target.scrollIntoView({ block: "center" });
  const fields = "textarea, input:not([type=hidden], [type=radio]), select";
  (target.matches(fields) ? target : target.querySelector(fields))?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link) setTimeout(() => openPlace(link.getAttribute("href")));
});
openPlace(location.hash);
