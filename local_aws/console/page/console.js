// The console's page. What comes from outside becomes text, never markup: there is no innerHTML.

const MAXIMUM_EVENTS = 500;
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const LIFECYCLE = new Set(["CONNECT", "MESSAGE", "DISCONNECT"]);
const byId = (id) => document.getElementById(id);

/** Makes an element with a class, a text or children. */
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** A payload as a person reads it: JSON is indented, anything else stays as it is. */
function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function ask(method, path) {
  const response = await fetch(`/_console/${path}`, { method });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

// Requests

const events = byId("events");
let isPaused = false;
const heldBack = [];

function colour(status) {
  if (status >= 500) return "bad";
  return status >= 400 ? "warning" : "good";
}

/** Which way it goes: from a client, or from a backend to one. */
function direction(event) {
  return LIFECYCLE.has(event.event) ? "→" : "←";
}

function nameOf(event) {
  if (event.route) return event.route;
  return LIFECYCLE.has(event.event) ? event.event.toLowerCase() : event.event;
}

/** Of how many milliseconds of a request an environment was initialized; 0 if it was ready. */
function coldStart(event) {
  const total = event.runs.reduce((sum, run) => sum + (run.initialization ?? 0), 0);
  return total <= event.latency ? total : 0;
}

function block(caption, text) {
  return element("div", "", element("div", "caption", caption), element("pre", "", text));
}

function describe(event) {
  const facts = element("dl", "");
  const add = (name, value) => facts.append(element("dt", "", name), element("dd", "", value));
  if (event.connection) add("connection", event.connection);
  if (event.stage) add("stage", event.stage);
  add("request", event.id);
  if (event.detail) add("detail", event.detail);
  const cold = coldStart(event);
  if (cold) add("cold start", `${cold} ms`);
  const detail = element("div", "detail", facts);
  if (event.received) detail.append(block(direction(event) === "→" ? "received from the client" : "posted to the client", readable(event.received)));
  if (event.sent) detail.append(block("sent to the client", readable(event.sent)));
  for (const run of event.runs) {
    const caption = `log of ${run.function}`;
    detail.append(run.lines.length ? block(caption, run.lines.join("\n")) : element("div", "caption", `${caption}: nothing`));
  }
  return detail;
}

function row(event) {
  const time = CLOCK.format(event.time * 1000);
  const latency = element("span", "latency", `${event.latency.toFixed(1)} ms`);
  if (coldStart(event)) {
    latency.classList.add("cold");
    latency.title = "with a cold start";
  }
  const answer = event.sent ? [element("span", "answer", ` ← ${event.sent}`)] : [];
  const summary = element(
    "summary",
    "",
    element("span", "time", time),
    element("span", "direction", direction(event)),
    element("span", "route", nameOf(event)),
    element("span", colour(event.status), String(event.status)),
    latency,
    element("span", "shown", event.received || event.detail || event.connection, ...answer),
  );
  summary.title = event.connection;
  const made = element("details", "event", summary);
  // What is in it is made when it is looked at, as most never are.
  made.addEventListener("toggle", () => {
    if (made.open && made.children.length === 1) made.append(describe(event));
  });
  made.searched = [time, nameOf(event), event.status, event.connection, event.received, event.sent, event.detail].join(" ").toLowerCase();
  made.hidden = !isWanted(made);
  return made;
}

function isWanted(made) {
  return byId("filter").value.toLowerCase().split(/\s+/).every((word) => made.searched.includes(word));
}

function show(list) {
  if (isPaused) {
    heldBack.push(...list);
    heldBack.splice(0, Math.max(0, heldBack.length - MAXIMUM_EVENTS));
    showPause();
    return;
  }
  const isAtEnd = events.parentElement.scrollTop < 40;
  events.prepend(...list.map(row).reverse());
  while (events.children.length > MAXIMUM_EVENTS) events.lastElementChild.remove();
  if (isAtEnd) events.parentElement.scrollTop = 0;
  showNothing();
}

function showNothing() {
  byId("nothing").hidden = events.children.length > 0;
}

function showPause() {
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  byId("pause").textContent = isPaused ? `Continue (${heldBack.length})` : "Pause";
}

function pause() {
  isPaused = !isPaused;
  showPause();
  if (!isPaused) show(heldBack.splice(0));
}

function clear() {
  events.replaceChildren();
  heldBack.length = 0;
  showPause();
  showNothing();
}

byId("tools").addEventListener("submit", (event) => event.preventDefault());
byId("pause").addEventListener("click", pause);
byId("clear").addEventListener("click", clear);
byId("filter").addEventListener("input", () => {
  for (const made of events.children) made.hidden = !isWanted(made);
});

// Connections

function showConnections({ count, shown }) {
  byId("count").textContent = count === shown.length ? count : `${count}, the last ${shown.length} of which are`;
  const focused = byId("connections").contains(document.activeElement) ? document.activeElement.ariaLabel : null;
  byId("connections").replaceChildren(
    ...shown.reverse().map(({ id, stage, since, address, userAgent }) => {
      const only = element("button", "", id);
      only.title = [`stage ${stage}`, address, userAgent, `since ${new Date(since * 1000).toLocaleTimeString()}`].filter(Boolean).join("\n");
      only.setAttribute("aria-label", `Show requests of ${id} alone`);
      only.addEventListener("click", () => {
        byId("filter").value = id;
        byId("filter").dispatchEvent(new Event("input"));
        select("requests");
      });
      const kick = element("button", "kick", "Kick");
      kick.setAttribute("aria-label", `Disconnect ${id}`);
      kick.addEventListener("click", async () => {
        kick.disabled = true;
        await ask("POST", `disconnect?connection=${encodeURIComponent(id)}`).catch(() => {});
      });
      return element("li", "connection", only, kick);
    }),
  );
  if (focused) [...byId("connections").querySelectorAll("button")].find((button) => button.ariaLabel === focused)?.focus();
}

// Routes

function showStages(stages) {
  const chosen = byId("stage").value;
  byId("stage").replaceChildren(
    ...stages.map(({ api, apiId, name }) => {
      const option = element("option", "", `${api} / ${name}`);
      option.value = JSON.stringify([apiId, name]);
      return option;
    }),
  );
  if (chosen) byId("stage").value = chosen;
  if (byId("stage").selectedIndex < 0) byId("stage").selectedIndex = 0;
  byId("routes").replaceChildren(...stages.map(routesOf));
}

function routesOf(stage) {
  const heads = ["route", "integration", "two-way", "authorization", "rate, burst"];
  const rows = stage.routes.map((route) => [
    route.key,
    route.target || "none",
    route.isTwoWay ? "yes" : "no",
    route.apiKeyRequired ? `${route.authorization}, API key` : route.authorization,
    route.rateLimit === null ? "the account's" : `${route.rateLimit}/s, ${route.burstLimit}`,
  ]);
  const variables = Object.entries(stage.variables).map(([name, value]) => `${name}=${value}`).join("  ");
  return element("div", "", element("h2", "named", `${stage.api} / ${stage.name}`), element("p", "caption", variables), tableOf(heads, rows));
}

function tableOf(heads, rows) {
  const head = element("tr", "", ...heads.map((text) => element("th", "", text)));
  const body = rows.map((cells) => element("tr", "", ...cells.map((text) => element("td", "", text))));
  return element("table", "", element("thead", "", head), element("tbody", "", ...body));
}

// Tables

async function loadTables() {
  const { tables } = await ask("GET", "tables");
  const chosen = byId("table").value;
  byId("table").replaceChildren(...tables.map((name) => element("option", "", name)));
  if (tables.includes(chosen)) byId("table").value = chosen;
  if (tables.length) await loadItems();
  else {
    byId("items").replaceChildren();
    byId("table-note").textContent = "There is no table.";
  }
}

async function loadItems() {
  const { keys, items, hasMore } = await ask("GET", `table?name=${encodeURIComponent(byId("table").value)}`);
  const others = new Set(items.flatMap(Object.keys));
  keys.forEach((key) => others.delete(key));
  const columns = [...keys, ...[...others].sort()];
  const text = (value) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
  byId("items").replaceChildren(tableOf(columns, items.map((item) => columns.map((column) => text(item[column])))));
  const number = `${items.length} ${items.length === 1 ? "item" : "items"}`;
  byId("table-note").textContent = hasMore ? `the first ${number}` : number;
}

function reload() {
  loadTables().catch((error) => {
    byId("table-note").textContent = error.message;
  });
}

byId("table-tools").addEventListener("submit", (event) => event.preventDefault());
byId("table").addEventListener("change", reload);
byId("reload").addEventListener("click", reload);

// A client of the page's own

let socket = null;

function note(text) {
  byId("client-note").textContent = text;
}

function showSocket() {
  const isOpen = socket?.readyState === WebSocket.OPEN;
  byId("connect-button").textContent = socket ? "Disconnect" : "Connect";
  byId("send-button").disabled = !isOpen;
}

byId("connect").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  if (socket) {
    socket.close(1000);
    return;
  }
  const [apiId, stage] = JSON.parse(byId("stage").value || '["", ""]');
  const query = byId("query").value.replace(/^\?/, "");
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  // A stage's name may be that of several APIs, of which a host name tells one.
  const host = isAmbiguous(stage) ? `${apiId}.localhost:${location.port}` : location.host;
  const opened = new WebSocket(`${scheme}://${host}/${stage}${query ? `?${query}` : ""}`);
  socket = opened;
  note("Connecting…");
  showSocket();
  opened.addEventListener("open", () => {
    note("Connected.");
    showSocket();
    byId("message").focus();
  });
  opened.addEventListener("message", ({ data }) => note(`Received ${data.length > 200 ? `${data.slice(0, 200)}…` : data}`));
  opened.addEventListener("close", ({ code, reason }) => {
    note(code === 1006 ? "Refused, or lost: the list says why." : `Closed with ${code} ${reason}`.trim());
    socket = null;
    showSocket();
  });
});

function isAmbiguous(stage) {
  const names = [...byId("stage").options].map((option) => JSON.parse(option.value)[1]);
  return names.filter((name) => name === stage).length > 1;
}

byId("send").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.send(byId("message").value);
  byId("message").select();
});
byId("message").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    byId("send").requestSubmit();
  }
});

// Views and keys

const VIEWS = ["requests", "routes", "tables"];

function select(view) {
  for (const name of VIEWS) {
    byId(name).hidden = name !== view;
    byId(`tab-${name}`).setAttribute("aria-selected", String(name === view));
  }
  if (view === "tables") reload();
}

function move(step) {
  const shown = [...events.children].filter((made) => !made.hidden).map((made) => made.firstElementChild);
  const at = shown.indexOf(document.activeElement);
  const next = shown[at < 0 ? 0 : Math.min(Math.max(at + step, 0), shown.length - 1)];
  next?.focus();
}

const KEYS = {
  "/": () => byId("filter").select(),
  p: pause,
  m: () => byId("message").focus(),
  j: () => move(1),
  k: () => move(-1),
  1: () => select("requests"),
  2: () => select("routes"),
  3: () => select("tables"),
};

for (const view of VIEWS) byId(`tab-${view}`).addEventListener("click", () => select(view));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement.blur();
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// What is told as it happens

function tell(text, isLive) {
  byId("feed").textContent = text;
  byId("feed").classList.toggle("live", isLive);
}

const feed = new EventSource("/_console/feed");
let isFirst = true;
let skippedInAll = 0;
feed.addEventListener("open", () => tell("live", true));
feed.addEventListener("error", () => {
  tell("local_aws does not answer; waiting for it", false);
  isFirst = true;
});
feed.addEventListener("message", ({ data }) => {
  const { stages, connections, events: list, skipped } = JSON.parse(data);
  if (stages) showStages(stages);
  if (list) {
    if (isFirst) clear();
    isFirst = false;
    show(list);
  }
  if (connections) showConnections(connections);
  if (skipped) {
    skippedInAll += skipped;
    tell(`live; ${skippedInAll} requests were too many to show`, true);
  }
});
