-- wrk's requests: each a query of its own (fresh: a number in it that no other request has, of this run or another), or
-- the same one again (repeated).
local count, thread = 0, 0
function setup(t) thread = thread + 1; t:set("id", thread) end
function init(args)
  path, query, fresh = args[1], args[2], args[3] == "fresh"
  sent, run = 0, args[4]
end
local function escaped(text)
  return (text:gsub("[^%w%-%._~]", function(c) return string.format("%%%02X", c:byte()) end))
end
function request()
  sent = sent + 1
  local text = query:gsub("0000000", fresh and run .. string.format("%d%08d", id, sent) or "1234567")
  return wrk.format("GET", path .. "?query=" .. escaped(text), { ["Accept"] = "application/sparql-results+json" })
end
