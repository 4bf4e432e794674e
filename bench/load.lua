-- wrk's requests: each a query of its own (FRESH=1: a number in it that no other request has), or the same one again.
local count, thread = 0, 0
function setup(t) thread = thread + 1; t:set("id", thread) end
function init(args)
  path, query, fresh = args[1], args[2], args[3] == "fresh"
  sent = 0
end
local function escaped(text)
  return (text:gsub("[^%w%-%._~]", function(c) return string.format("%%%02X", c:byte()) end))
end
function request()
  sent = sent + 1
  local text = fresh and query:gsub("0000000", tostring(id * 100000000 + sent)) or query
  return wrk.format("GET", path .. "?query=" .. escaped(text), { ["Accept"] = "application/sparql-results+json" })
end
