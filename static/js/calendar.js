/* The calendar: a post or slot dragged to another day, and the dialog that is its twin for keyboard and touch. */

const page = document.getElementById("agenda");
const dialog = document.getElementById("act");
const body = document.getElementById("act-body");

/** Asks in the dialog: the server says from when to when, what stands in the way, and does it. */
export function ask(address, wish = {}) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries({ back: page.dataset.back, ...wish })) url.searchParams.set(name, value);
  return window.htmx.ajax("GET", url.pathname + url.search, { target: body, swap: "innerHTML" });
}

/** The wish to put something at `to`, by the clock of the calendar's zone. */
export function at(to) {
  return { to, in: page.dataset.zone };
}

body.addEventListener("htmx:afterSwap", () => {
  if (body.childElementCount && !dialog.open) dialog.showModal();
});
dialog.addEventListener("close", () => body.replaceChildren());

document.addEventListener("click", (event) => {
  const opens = event.target.closest("a[data-act]");
  const closes = event.target.closest("dialog a[data-close]");
  if (event.ctrlKey || event.metaKey || event.shiftKey || !(opens || closes)) return;
  event.preventDefault();
  if (opens) ask(opens.href);
});

// ---- dragging from day to day; the hour stays
let dragged = null;

function dayUnder(event) {
  return dragged && event.target.closest("[data-day]");
}

function leave() {
  for (const day of page.querySelectorAll(".is-over")) day.classList.remove("is-over");
}

page.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-move]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.entry);
});
page.addEventListener("dragover", (event) => {
  const day = dayUnder(event);
  if (!day) return;
  event.preventDefault();
  leave();
  day.classList.add("is-over");
});
page.addEventListener("drop", (event) => {
  const day = dayUnder(event);
  if (!day) return;
  event.preventDefault();
  const [from, hour] = dragged.dataset.at.split("T");
  if (day.dataset.day !== from) ask(dragged.dataset.move, at(`${day.dataset.day}T${hour}`));
});
page.addEventListener("dragend", () => {
  dragged = null;
  leave();
});
