/* Week and day on a wide screen: FullCalendar draws the hours, each cell is the server's own markup, moved over. */

import { ask, at } from "./calendar.js";

const page = document.getElementById("agenda");
const grid = document.getElementById("grid");
const days = document.getElementById("days");
const wide = window.matchMedia("(min-width: 48.01rem)");
const EARLY = 7;
const ABREAST = { week: 2, day: 6 };

function copy(node) {
  const twin = node.cloneNode(true);
  twin.removeAttribute("draggable");
  return twin;
}

function events() {
  return [...days.querySelectorAll("[data-entry]")].map((node) => ({
    id: node.dataset.entry,
    title: node.textContent.trim(),
    start: node.dataset.at,
    startEditable: Boolean(node.dataset.move),
    classNames: node.classList.contains("is-slot") ? ["is-slot"] : [],
    extendedProps: { node },
  }));
}

function firstHour(all) {
  const hours = all.map((event) => Number(event.start.slice(11, 13)));
  return `${String(Math.min(EARLY, ...hours)).padStart(2, "0")}:00:00`;
}

function heading(date) {
  const day = date.toISOString().slice(0, 10);
  const node = document.getElementById(`d-${day}`);
  return { domNodes: node ? [...node.childNodes].map((child) => child.cloneNode(true)) : [] };
}

/** The address of one day, narrowed as this page is. */
function dayOf(date) {
  const url = new URL(location.href);
  url.searchParams.set("view", "day");
  url.searchParams.set("on", date.toISOString().slice(0, 10));
  return url.href;
}

function draw() {
  const all = events();
  const calendar = new window.FullCalendar.Calendar(grid, {
    initialView: page.dataset.view === "week" ? "timeGridWeek" : "timeGridDay",
    initialDate: page.dataset.on,
    locale: document.documentElement.lang,
    direction: document.documentElement.dir,
    firstDay: 1,
    timeZone: "UTC", // the hours are already those of the calendar's own zone
    now: page.dataset.now,
    nowIndicator: true,
    headerToolbar: false,
    allDaySlot: false,
    height: "auto",
    slotMinTime: firstHour(all),
    slotDuration: "01:00:00",
    snapDuration: "00:15:00",
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false, numberingSystem: "latn" },
    defaultTimedEventDuration: "01:00:00",
    slotEventOverlap: false,
    eventMaxStack: ABREAST[page.dataset.view],
    moreLinkContent: ({ num }) => `+${num}`,
    moreLinkClick: ({ date }) => {
      if (page.dataset.view === "week") location.assign(dayOf(date));
      return page.dataset.view === "week" ? "none" : "popover";
    },
    editable: true,
    eventDurationEditable: false,
    eventStartEditable: true,
    events: all,
    dayHeaderContent: ({ date }) => heading(date),
    eventContent: ({ event }) => ({ domNodes: [copy(event.extendedProps.node)] }),
    eventDrop: (moved) => {
      moved.revert(); // it moves when the server has agreed
      ask(moved.event.extendedProps.node.dataset.move, at(moved.event.startStr.slice(0, 19)));
    },
    dateClick: ({ dateStr }) => {
      if (page.dataset.plan) ask(page.dataset.plan, at(dateStr.slice(0, 19)));
    },
  });
  calendar.render();
  return calendar;
}

let drawn = null;

function fit() {
  grid.hidden = !wide.matches;
  days.hidden = wide.matches;
  if (wide.matches && !drawn) drawn = draw();
}

wide.addEventListener("change", fit);
fit();
