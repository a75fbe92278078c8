// What the browser tests ask of a page of JupyterLab: run, wait, and read a widget as its user sees it.
window.course = (() => {
  const PATIENCE = 300_000; // ms that cells may take
  const frame = () => new Promise(done => requestAnimationFrame(() => done()));
  const panel = () => window.jupyterapp.shell.currentWidget;
  const unanswered = new Set(); // messages of widgets on which the kernel still works
  const within = (what, promise) => Promise.race([
    promise,
    new Promise((_, fail) => setTimeout(() => fail(new Error(`${what} needs an end within ${PATIENCE / 1000} s`)), PATIENCE)),
  ]);

  // The kernel is there, side bars are closed, and what the kernel complains about is kept.
  async function ready() {
    await within('opening', Promise.all([window.jupyterapp.restored, panel().revealed, panel().sessionContext.ready]));
    window.jupyterapp.shell.collapseLeft();
    window.jupyterapp.shell.collapseRight();
    course.heard = [];
    panel().sessionContext.session.kernel.anyMessage.connect(listen);
    panel().sessionContext.iopubMessage.connect((_, message) => {
      const content = message.content, kind = message.header.msg_type;
      if (kind === 'error') course.heard.push(content.traceback.join('\n'));
      if (kind === 'stream' && content.name === 'stderr' && /Traceback|Exception/.test(content.text)) course.heard.push(content.text);
    });
    await window.jupyterapp.serviceManager.ready;
  }

  const runAll = () => within('a run', window.jupyterapp.commands.execute('notebook:run-all-cells')).then(settle);

  // JupyterLab sends the messages of widgets to a subshell of the kernel, a thread of its own, so that no other answer tells that
  // they are done: each is waited for by its own. A slider that moved meanwhile sends its newest value when it hears of that,
  // which is before the page hears the answer to a later question; two frames later the page is painted.
  async function settle() {
    const kernel = panel().sessionContext.session.kernel;
    do {
      await within('a message', quiet());
      await within('a message', kernel.requestKernelInfo());
    } while (unanswered.size);
    await Promise.all([...panel().node.querySelectorAll('.course-widget img')].map(image => image.decode().catch(() => null)));
    await frame();
    await frame();
  }

  async function quiet() {
    while (unanswered.size) await frame();
  }

  function listen(_, { msg, direction }) {
    if (direction === 'send' && msg.header.msg_type === 'comm_msg') unanswered.add(msg.header.msg_id);
    if (msg.content.execution_state === 'idle') unanswered.delete(msg.parent_header.msg_id);
  }

  const boards = () => [...panel().node.querySelectorAll('.course-widget')];
  const visible = element => getComputedStyle(element).visibility !== 'hidden' && element.getBoundingClientRect().width > 0;
  const text = (root, selector) => [...root.querySelectorAll(selector)].map(e => e.innerText.trim()).filter(Boolean).join(' ');

  // The bytes of the visible pictures, in base64.
  const files = root => Promise.all([...root.querySelectorAll('img')].filter(visible).map(async image => {
    const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
  }));

  // What a user sees of a board: its pictures and its sentences.
  async function state(root) {
    return {
      pictures: await files(root),
      readout: text(root, '.course-readout'),
      note: text(root, '.course-note'),
    };
  }

  const name = element => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')} "${element.innerText?.slice(0, 40) ?? ''}"`;
  const WRITTEN = '.widget-label, .widget-readout, .widget-html-content, button, select';

  // Texts that are cut, scroll bars, pictures out of proportion, and parts that stick out of the cell's output.
  function defects(root) {
    const found = [], output = root.closest('.jp-OutputArea-output'), frame = output.getBoundingClientRect();
    for (const element of [output, root, ...root.querySelectorAll('*:not(.noUi-target :not(.noUi-handle))')]) {
      if (!visible(element)) continue;
      const box = element.getBoundingClientRect(), style = getComputedStyle(element);
      const wide = element.scrollWidth - element.clientWidth, tall = element.scrollHeight - element.clientHeight;
      if (box.right > frame.right + 1 || box.left < frame.left - 1)
        found.push(`${name(element)} sticks out: ${box.left} to ${box.right}, of ${frame.left} to ${frame.right}`);
      if (element.matches(WRITTEN) && style.display !== 'inline' && wide > 0) found.push(`${name(element)} is cut by ${wide} pixels`);
      if (element.naturalWidth && Math.abs(box.height * element.naturalWidth / (box.width * element.naturalHeight) - 1) > 0.02)
        found.push(`picture of ${element.naturalWidth} x ${element.naturalHeight} is shown as ${box.width} x ${box.height}`);
      if ((/auto|scroll/.test(style.overflowX) && wide > 0) || (/auto|scroll/.test(style.overflowY) && tall > 0))
        found.push(`${name(element)} has a scroll bar, ${wide} x ${tall} pixels too large`);
    }
    return found;
  }

  // Error outputs of all cells.
  const errors = () => panel().content.widgets.flatMap(cell => {
    const outputs = cell.model.type === 'code' ? cell.model.outputs.toJSON() : [];
    return outputs.filter(output => output.output_type === 'error').map(output => output.traceback.join('\n'));
  });

  // Which handle of its board is focused, or -1.
  const focused = () => {
    const board = document.activeElement.closest('.course-widget');
    return board ? [...board.querySelectorAll('.noUi-handle')].indexOf(document.activeElement) : -1;
  };

  // The value of a Python expression in the kernel, as Python writes it.
  async function ask(expression) {
    const options = { code: '', silent: true, user_expressions: { it: expression } };
    const { it } = (await panel().sessionContext.session.kernel.requestExecute(options).done).content.user_expressions;
    if (it.status !== 'ok') throw new Error(`${expression} needs a value; got ${it.ename}: ${it.evalue}`);
    return it.data['text/plain'];
  }

  // Keep every text that an element shows from now on, in `followed`.
  function follow(element) {
    const texts = course.followed = [];
    new MutationObserver(() => texts.push(element.innerText)).observe(element, { childList: true, characterData: true, subtree: true });
    return texts;
  }

  // A copy of the cell that holds a board, run, below it.
  async function copy(root) {
    const notebook = panel().content;
    notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.node.contains(root));
    await window.jupyterapp.commands.execute('notebook:duplicate-below');
    await window.jupyterapp.commands.execute('notebook:run-cell');
    await settle();
  }

  return { panel, ready, runAll, settle, boards, state, files, ask, follow, copy, defects, errors, focused, heard: [], followed: [] };
})();
