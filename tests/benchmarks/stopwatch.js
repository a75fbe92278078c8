// From a key press to the painted picture, measured inside the page.
window.stopwatch = (() => {
  const frame = () => new Promise(done => requestAnimationFrame(() => done()));
  const sources = root => [...root.querySelectorAll('img')].map(image => image.src);
  let result = null;

  // Wait for the next key; `result` then becomes the milliseconds until each stage, the last when `count` new pictures are painted.
  function arm(root, count) {
    const old = new Set(sources(root)), at = {}, session = course.panel().sessionContext;
    const hear = (_, message) => {
      if (message.header.msg_type === 'status' && message.content.execution_state === 'busy') at.busy ??= performance.now();
      else if (message.header.msg_type !== 'status') at.answer = performance.now();
    };
    result = new Promise(done => {
      const watch = new MutationObserver(async () => {
        const now = sources(root);
        if (now.length !== count || now.some(source => old.has(source))) return;
        watch.disconnect();
        at.changed = performance.now();
        await Promise.all([...root.querySelectorAll('img')].map(image => image.decode()));
        at.decoded = performance.now();
        await frame();
        await frame();
        at.painted = performance.now();
        session.iopubMessage.disconnect(hear);
        done(Object.fromEntries(Object.entries(at).map(([stage, time]) => [stage, time - at.key])));
      });
      window.addEventListener('keydown', event => { at.key = event.timeStamp; }, { capture: true, once: true });
      session.iopubMessage.connect(hear);
      watch.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
    });
  }

  // Count the pictures that stand first in a frame, until `stop` tells how many came.
  let painted = null;
  function count(root) {
    const seen = painted = new Set();
    (function look() {
      if (painted !== seen) return;
      const image = root.querySelector('img');
      if (image?.complete) seen.add(image.src);
      requestAnimationFrame(look);
    })();
  }
  function stop() {
    const number = painted.size - 1;
    painted = null;
    return number;
  }

  return { arm, result: () => result, count, stop };
})();
