
const REQUESTS_MAX = 300;
const language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
const say = (word) => WORDS[language][word] ?? word;
const token = new URLSearchParams(location.search).get("token") ?? "";
const find = (id) => document.getElementById(id);

/** Makes an element. Texts of others become text and nothing else. */
function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

function size(bytes) {
  if (bytes === null) return "";
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

function duration(milliseconds) {
  if (milliseconds === null) return "";
  return milliseconds < 10000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function name(key) {
  return key.slice(key.lastIndexOf("/") + 1) || key;
}

/** Makes a list show these rows in this order, and keeps the elements of those that it shows already. */
function show(list, rows, key, build, fill) {
  const old = new Map([...list.children].map((element) => [element.dataset.key, element]));
  rows.forEach((row, index) => {
    const id = key(row);
    let element = old.get(id);
    old.delete(id);
    if (!element) {
      element = build(row);
      element.dataset.key = id;
    }
    fill(element, row);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  for (const element of old.values()) element.remove();
  tell(list, rows.length > 0);
}

/** Hides the sentence that says that there is nothing. */
function tell(list, isFilled) {
  list.closest("section").querySelector(".empty").hidden = isFilled;
}

function showUploads(rows) {
  const build = () => {
    const element = make("li", "upload");
    element.append(make("strong", "name"), make("span", "state"), make("progress"), make("span", "size"), make("code", "key"));
    return element;
  };
  show(find("uploads"), rows, (row) => row.object_key, build, (element, row) => {
    const [title, state, progress, bytes, key] = element.children;
    title.textContent = row.file ?? name(row.object_key);
    state.textContent = say(`state-${row.state}`);
    state.className = `state ${row.state}`;
    const isDone = row.state === "stored" || row.state === "published";
    progress.max = 1;
    if (isDone) progress.value = 1;
    else if (row.total) progress.value = row.received / row.total;
    else if (row.state === "waiting") progress.value = 0;
    else progress.removeAttribute("value");
    progress.setAttribute("aria-label", title.textContent);
    bytes.textContent = row.total === null ? size(row.received) : `${size(row.received)} / ${size(row.total)}`;
    key.textContent = row.object_key;
  });
}

function preview(row) {
  if (!row.preview) return make("div", "none", say("noPreview"));
  const element = make(row.preview === "image" ? "img" : row.preview);
  if (row.preview === "image") {
    element.loading = "lazy";
    element.alt = name(row.object_key);
  } else {
    element.controls = true;
    element.preload = "metadata";
  }
  element.addEventListener("error", () => element.replaceWith(make("div", "none", say("noPreview"))));
  const query = new URLSearchParams({ token, object: row.object_key, at: row.at });
  element.src = `/?${query}`;
  return element;
}

function showObjects(rows) {
  const build = (row) => {
    const element = make("li", "object");
    const shown = make("div", "preview");
    shown.append(preview(row));
    element.append(
      shown,
      make("strong", "name", name(row.object_key)),
      make("span", "size", [size(row.len), row.content_type, time.format(row.at)].filter(Boolean).join(" · ")),
      make("code", "key", row.object_key),
      make("code", "crc", `CRC-64 ${row.crc64}`),
    );
    return element;
  };
  show(find("objects"), rows, (row) => `${row.object_key} ${row.at} ${row.crc64}`, build, () => {});
}

function showFaults(rows) {
  const build = () => {
    const element = make("li", "fault");
    element.append(make("code"), make("span", "count"), make("span", "state"));
    return element;
  };
  let number = 0;
  show(find("faults"), rows, () => String((number += 1)), build, (element, row) => {
    const [fault, count, state] = element.children;
    fault.textContent = row.fault;
    count.textContent = `${say("strikes")}${row.strikes}`;
    state.textContent = say(row.served ? "served" : "due");
    state.className = row.served ? "state stored" : "state waiting";
  });
}

function signature(row) {
  if (row.proof === null) return ["", say("notChecked")];
  const proof = say(`proof-${row.proof}`);
  if (row.refused === null) return ["good", `✓ ${proof}`];
  const why = say(`no-${row.refused}`);
  return ["bad", row.proof === "none" ? `✗ ${why}` : `✗ ${proof}: ${why}`];
}

function fillRequest(element, row) {
  const cell = (className, text, word) => {
    const cell = make("td", className, text);
    if (word) cell.dataset.label = say(word);
    return cell;
  };
  const step = cell("step");
  // As a fault names it: `part#3`.
  const part = row.part === null ? "" : `#${row.part}`;
  step.append(make("b", "", `${row.step}${part}`), ` ${row.method}`);
  const [verdict, proof] = signature(row);
  const isOver = row.milliseconds !== null;
  const status = row.status ?? (isOver ? say("cut") : say("pending"));
  const kind = row.status === null ? (isOver ? "bad" : "wait") : row.status < 400 ? "good" : "bad";
  element.replaceChildren(
    cell("at", time.format(row.at)),
    step,
    cell("about", row.about),
    cell(`proof ${verdict}`, proof),
    cell("faults", row.faults.join(" "), row.faults.length ? "fault" : undefined),
    cell(`status ${kind}`, String(status)),
    cell("number", size(row.received), "received"),
    cell("number", size(row.sent), "sent"),
    cell("number", duration(row.milliseconds), "took"),
  );
  element.classList.toggle("struck", row.faults.length > 0);
}

/** The elements of the requests by their number, the oldest first. */
const requests = new Map();

function showRequests(rows) {
  const body = find("requests");
  for (const row of rows) {
    let element = requests.get(row.number);
    if (!element) {
      element = make("tr");
      requests.set(row.number, element);
      body.prepend(element);
    }
    fillRequest(element, row);
  }
  for (const [number, element] of requests) {
    if (requests.size <= REQUESTS_MAX) break;
    element.remove();
    requests.delete(number);
  }
  body.parentElement.hidden = requests.size === 0;
  tell(body, requests.size > 0);
}

function showConnection(word, className) {
  find("connection").textContent = say(word);
  find("connection").className = className;
}

function listen() {
  const events = new EventSource(`/?${new URLSearchParams({ token, events: "" })}`);
  events.addEventListener("open", () => showConnection("live", "good"));
  events.addEventListener("error", () => {
    const isOver = events.readyState === EventSource.CLOSED;
    showConnection(isOver ? "gone" : "connecting", isOver ? "bad" : "wait");
  });
  events.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    if (event.whole) {
      requests.clear();
      find("requests").replaceChildren();
    }
    showRequests(event.requests);
    if (event.uploads || event.whole) showUploads(event.uploads ?? []);
    if (event.objects || event.whole) showObjects(event.objects ?? []);
    if (event.faults || event.whole) showFaults(event.faults ?? []);
  });
}

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
document.title = say("title");
for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
showConnection("connecting", "wait");
listen();
