// Keeps a phone page fresh: new mail every two seconds, the code every second, and the button that copies the code.
const fetchEvery = 2000;

function shown(root) {
  return root.querySelector("[data-live]");
}

async function refreshMail() {
  const answer = await fetch(location.href, { headers: { "X-Sandbox-Live": "1" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const here = shown(document);
  const there = shown(fresh);
  if (here && there && here.innerHTML !== there.innerHTML) here.replaceWith(document.adoptNode(there));
}

async function refreshCode(section) {
  const answer = await fetch("/phone.json");
  if (!answer.ok) return;
  const { people } = await answer.json();
  const person = people.find((one) => one.email === section.dataset.code);
  if (!person || !person.code) return;
  section.querySelector("[data-digits]").textContent = `${person.code.slice(0, 3)} ${person.code.slice(3)}`;
  section.querySelector("[data-left]").value = person.seconds_left;
  section.querySelector("[data-seconds]").textContent = person.seconds_left;
  section.querySelector("[data-copy]").dataset.copy = person.code;
}

function tick(section) {
  const bar = section.querySelector("[data-left]");
  if (bar.value <= 1) return refreshCode(section);
  bar.value -= 1;
  section.querySelector("[data-seconds]").textContent = bar.value;
}

async function copy(button) {
  const label = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = label; }, 1500);
}

// A machine that sleeps, or a sandbox that restarts, only makes one of these fail: the next one mends the page.
const quietly = (work) => () => work().catch(() => {});

if (document.querySelector("[data-live]")) setInterval(quietly(refreshMail), fetchEvery);
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!button.closest("[data-code]")) button.addEventListener("click", () => copy(button));
}
for (const section of document.querySelectorAll("[data-code]")) {
  setInterval(quietly(async () => tick(section)), 1000);
  section.querySelector("[data-copy]").addEventListener("click", (event) => copy(event.currentTarget));
}
