// The chat simulator's page. Everything that comes from the server is set as text, never as HTML.
const $ = (id) => document.getElementById(id);
const phone = document.querySelector('.phone');
const state = { people: [], chats: [], lines: [], me: null, chatId: null, seen: new Set() };

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const personOf = (id) => state.people.find((person) => person.id === id);
const nameOf = (id) => (id === 'bot' ? '晨报' : (personOf(id)?.name ?? id));

function face(id, kind) {
  if (kind === 'group') return make('span', 'face group', '群');
  return id === 'bot' ? make('span', 'face bot', '晨') : make('span', 'face', nameOf(id).slice(-2));
}

// A number and its unit stay on one line.
const kept = (text) => text.replace(/(\d) (?=[%万亿元天家个人条次单])/g, '$1\u00a0');

function spans(line) {
  return line.map((span) => {
    if (typeof span === 'string') return document.createTextNode(kept(span));
    if ('strong' in span) return make('strong', '', kept(span.strong));
    const kind = ['muted', 'good', 'warning'].find((name) => name in span);
    return make('span', kind, kept(span[kind]));
  });
}

function block(part) {
  switch (part.kind) {
    case 'heading': {
      const heading = make('h3');
      heading.append(...spans(part.line));
      return heading;
    }
    case 'list': {
      const list = make(part.ordered ? 'ol' : 'ul');
      for (const line of part.lines) {
        const item = make('li');
        item.append(...spans(line));
        list.append(item);
      }
      return list;
    }
    case 'table': {
      const table = make('table');
      const row = (cells, tag) => {
        const tr = make('tr');
        cells.forEach((cell, index) => {
          tr.append(make(tag, part.numeric[index] ? 'number' : '', cell));
        });
        return tr;
      };
      table.append(row(part.columns, 'th'), ...part.rows.map((cells) => row(cells, 'td')));
      return table;
    }
    default: {
      const text = make('p');
      text.append(...spans(part.line));
      return text;
    }
  }
}

function lineElement(line) {
  const item = make('li', line.from === state.me ? 'mine' : '');
  item.dataset.line = line.id;
  const message = make('div', 'message');
  if (line.from !== state.me) message.append(make('p', 'who', nameOf(line.from)));
  if (line.text !== null || line.blocks.length > 0) {
    const bubble = make('div', 'bubble');
    if (line.text !== null) bubble.append(document.createTextNode(line.text));
    bubble.append(...line.blocks.map(block));
    message.append(bubble);
  }
  if (line.pictureId !== null) {
    const button = make('button', 'picture');
    button.type = 'button';
    const image = make('img');
    image.src = `/simulator/pictures/${line.pictureId}.png`;
    image.alt = line.pictureAlt ?? '图表';
    image.addEventListener('load', toEnd);
    button.append(image);
    button.addEventListener('click', () => {
      const viewer = $('viewer');
      viewer.querySelector('img').src = image.src;
      viewer.querySelector('img').alt = image.alt;
      viewer.showModal();
    });
    message.append(button);
  }
  if (line.choices.length > 0) {
    const choices = make('div', 'choices');
    for (const choice of line.choices) {
      const button = make('button', '', choice.label);
      button.type = 'button';
      button.addEventListener('click', () => say(choice.command));
      choices.append(button);
    }
    message.append(choices);
  }
  item.append(face(line.from), message);
  return item;
}

const clockText = (ms) =>
  new Date(ms).toLocaleString('zh-CN', {
    timeZone: state.zone,
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });

/** The demo's clock: it runs like any other, but a visitor can put it forward. */
function showClock() {
  const at = new Date(performance.now() + state.clockAhead);
  $('clock').textContent = at.toLocaleString('zh-CN', {
    timeZone: state.zone,
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
}

function setClock({ now, travel }) {
  state.clockAhead = now - performance.now();
  $('travel').textContent = `快进到${travel}`;
  showClock();
}

async function goForward() {
  $('travel').disabled = true;
  try {
    setClock(await (await fetch('/simulator/travel', { method: 'POST' })).json());
  } finally {
    // Until nine has come, another jump would leave this morning behind.
    setTimeout(() => {
      $('travel').disabled = false;
    }, 15_000);
  }
}

function toEnd() {
  const lines = $('lines');
  lines.scrollTop = lines.scrollHeight;
}

let lastShownAt = 0;
function append(line) {
  const list = $('lines');
  list.querySelector('.waiting')?.remove();
  if (line.at - lastShownAt > 5 * 60_000) list.append(make('li', 'time', clockText(line.at)));
  lastShownAt = line.at;
  list.append(lineElement(line));
  if (line.from !== 'bot' && line.from === state.me) {
    const waiting = make('li', 'waiting');
    const message = make('div', 'message');
    message.append(make('div', 'bubble'));
    waiting.append(face('bot'), message);
    list.append(waiting);
  }
  toEnd();
}

function visibleChats() {
  return state.chats.filter((chat) => chat.members.includes(state.me));
}

function preview(chat) {
  const last = state.lines.findLast((line) => line.chatId === chat.id);
  if (last === undefined) return chat.about;
  if (last.text !== null) return last.text;
  const heading = last.blocks.find((part) => part.kind === 'heading') ?? last.blocks.at(-1);
  return heading?.line?.map((span) => (typeof span === 'string' ? span : Object.values(span)[0])).join('') ?? '[图片]';
}

function drawChats() {
  const list = $('chats');
  list.replaceChildren();
  for (const chat of visibleChats()) {
    const button = make('button');
    button.type = 'button';
    button.setAttribute('aria-current', String(chat.id === state.chatId));
    button.append(
      chat.kind === 'group' ? face('', 'group') : face('bot'),
      make('b', '', chat.title),
      make('small', '', preview(chat)),
    );
    button.addEventListener('click', () => open(chat.id));
    const item = make('li');
    item.append(button);
    list.append(item);
  }
}

function open(chatId) {
  state.chatId = chatId;
  phone.dataset.view = 'chat';
  const chat = state.chats.find((one) => one.id === chatId);
  $('title').textContent = chat.title;
  $('audience').textContent = chat.about;
  const me = personOf(state.me);
  $('as').textContent = `${me.name} · ${me.roleName}`;
  $('lines').replaceChildren();
  lastShownAt = 0;
  for (const line of state.lines.filter((one) => one.chatId === chatId)) {
    append(line);
    $('lines').querySelector('.waiting')?.remove();
  }
  const suggestions = $('suggestions');
  suggestions.replaceChildren();
  for (const command of me.suggestions) {
    const button = make('button', '', command);
    button.type = 'button';
    button.addEventListener('click', () => say(command));
    suggestions.append(button);
  }
  drawChats();
}

async function say(text) {
  const said = text.trim();
  if (said === '') return;
  await fetch('/simulator/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chatId: state.chatId, userId: state.me, text: said }),
  });
}

function become(userId) {
  state.me = userId;
  const { view } = phone.dataset;
  const chats = visibleChats();
  const stay = chats.find((chat) => chat.id === state.chatId);
  open((stay ?? chats[0]).id);
  // Whoever changes person in the list chooses the chat there.
  phone.dataset.view = view;
}

function arrive(line) {
  if (state.seen.has(line.id)) return;
  state.seen.add(line.id);
  state.lines.push(line);
  if (line.chatId === state.chatId) append(line);
  drawChats();
}

async function start() {
  Object.assign(state, await (await fetch('/simulator/state')).json());
  for (const line of state.lines) state.seen.add(line.id);
  const select = $('person');
  for (const person of state.people) {
    const option = make('option', '', `${person.name} · ${person.roleName}`);
    option.value = person.id;
    select.append(option);
  }
  $('about').textContent = state.about;
  setClock(state);
  setInterval(showClock, 1_000);
  $('travel').addEventListener('click', () => void goForward());
  select.addEventListener('change', () => become(select.value));
  $('back').addEventListener('click', () => {
    phone.dataset.view = 'list';
  });
  $('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const input = $('text');
    void say(input.value);
    input.value = '';
  });
  const wanted = new URLSearchParams(location.search).get('as');
  become(personOf(wanted)?.id ?? state.people[0].id);
  select.value = state.me;
  const events = new EventSource('/simulator/events');
  events.onmessage = (event) => arrive(JSON.parse(event.data));
  // Also after a break, in which lines may have come.
  events.onopen = async () => {
    const { lines } = await (await fetch('/simulator/state')).json();
    lines.forEach(arrive);
  };
}

void start();
