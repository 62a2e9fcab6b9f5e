// The fault desk: lists what is armed, arms what the form says, disarms one or all.
const place = document.querySelector("#armed");
const form = document.querySelector("#arm");
const words = place.dataset;

const call = (method, path, body) =>
  fetch(`/_control/faults${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });

function wordFor(kind) {
  return words[kind.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())] ?? kind;
}

function button(label, path) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn is-second";
  made.textContent = label;
  made.addEventListener("click", async () => { await call("DELETE", path); await list(); });
  return made;
}

function row(fault) {
  const made = document.createElement("div");
  made.className = "armed-row";
  const name = document.createElement("b");
  name.textContent = wordFor(fault.kind);
  const facts = document.createElement("span");
  facts.className = "meta";
  const left = fault.count === null ? words.always : `${words.left} ${fault.count}`;
  facts.textContent = [fault.network, fault.account, wordFor(fault.route), left].filter((word) => word !== "*").join(" · ");
  made.append(name, facts, button(words.disarm, `/${fault.id}`));
  return made;
}

async function list() {
  const { armed } = await (await call("GET", "")).json();
  const rows = armed.map(row);
  if (rows.length > 1) rows.push(button(words.disarmAll, ""));
  if (!rows.length) {
    const none = document.createElement("p");
    none.className = "empty";
    none.textContent = words.noneArmed;
    rows.push(none);
  }
  place.replaceChildren(...rows);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  const body = { kind: fields.kind, network: fields.network, account: fields.account, route: fields.route };
  body.count = fields.count === "" ? null : Number(fields.count);
  body.probability = Number(fields.probability || 1);
  body.seconds = Number(fields.seconds || 30);
  body.status = Number(fields.status);
  if (fields.accepted) body.accepted = fields.accepted === "yes";
  if (body.kind.startsWith("media_")) body.route = "media";
  await call("POST", "", body);
  await list();
});

list();
