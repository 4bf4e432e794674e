// The worker of the SPARQL page: answers queries with Oxigraph, whose code precedes this text (kg.faces.site.sparql).
//
// In: { wasm, dataset } once, both gzip, then { id, query, prologue, format }. Out: { ready } or { id, … }, or { broken }.

const ROWS = ["json", "csv", "tsv", "xml"];
const MEDIA = {
  json: "application/sparql-results+json",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  xml: "application/sparql-results+xml",
  ttl: "text/turtle",
  nt: "application/n-triples",
};
let store;

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The first graph that FROM names and that is not here; the engine would take it for an empty one. */
function missingGraph(query, prologue) {
  const texts = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
  const bare = query.replace(texts, '""').replace(/(<[^<>"{}|^`\\\s]*>)|#.*/g, "$1");
  const declared = bare.match(/\b(?:PREFIX\s+[^\s:]*:|BASE)\s*<[^>]*>/gi) ?? [];
  const named = bare.matchAll(/(?<![\w?$:.-])FROM\s+(?:NAMED\s+)?(<[^>]*>|[^\s{}<>?$]*:[^\s{}<>]*)/gi);
  const names = [...named].map(([, name]) => name);
  return names.find((name) => !store.query(`${prologue}\n${declared.join("\n")}\nASK { GRAPH ${name} { ?s ?p ?o } }`));
}

/** The answer of a query as text in *format*; without one, rows as JSON, a graph as Turtle. */
function answer({ query, prologue, format }) {
  const missing = missingGraph(query, prologue);
  if (missing) throw new Error(`no graph ${missing}`);
  const asked = `${prologue}\n${query}`;
  if (format) return { text: store.query(asked, { results_format: MEDIA[format] }), format };
  try {
    return { text: store.query(asked, { results_format: MEDIA.json }), format: "json" };
  } catch (error) {
    if (!String(error).includes(MEDIA.json)) throw error; // it is a graph, which has other formats
    return { text: store.query(asked, { results_format: MEDIA.ttl }), format: "ttl" };
  }
}

self.onmessage = async ({ data }) => {
  try {
    if (data.wasm) {
      const [module, quads] = await Promise.all([inflated(data.wasm), inflated(data.dataset)]);
      initSync({ module });
      store = new Store();
      store.load(quads, { format: "application/n-quads", no_transaction: true });
      self.postMessage({ ready: true });
      return;
    }
    const begun = performance.now();
    const found = answer(data);
    self.postMessage({ id: data.id, ...found, milliseconds: performance.now() - begun });
  } catch (error) {
    const broken = !store || error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    self.postMessage({ id: data.id, error: String(error?.message ?? error), broken });
  }
};
