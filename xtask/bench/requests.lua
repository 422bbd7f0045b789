-- What wrk sends: one kind of request, filled from the rows of a file and from chance that is the same in every run.
--
-- Arguments after `--`, each NAME=VALUE: method, path, body, header (may come again; all are templates with {column} and
-- {generated} in braces), data (a file of tab-separated values with a header line), order (random, or once: each row
-- once, from `skip` on), cities (lines of: reach, longitude, latitude), seed.
local FEEDS = { "discover", "community" }
local CATEGORIES = {
  "trading_cards", "mens_fashion", "sneakers", "sports_cards", "collectibles", "electronics", "home_decor", "beauty",
  "kids_baby", "furniture", "books", "other",
}

local settings, columns, rows, cities = { order = "random", skip = "0", seed = "1" }, {}, {}, {}
local next_row, parts, body_parts, headers = 0, {}, nil, {}
local values = {}

-- Deviates a little from the centre of a city, as people do.
local function place()
  local drawn, low, high = math.random(), 1, #cities
  while low < high do
    local middle = math.floor((low + high) / 2)
    if cities[middle][1] >= drawn then high = middle else low = middle + 1 end
  end
  local radius, angle = math.sqrt(-2 * math.log(1 - math.random())) * 0.0382, 2 * math.pi * math.random()
  local _, longitude, latitude = unpack(cities[low])
  values.longitude = string.format("%.6f", longitude + radius * math.cos(angle) / math.cos(math.rad(latitude)))
  values.latitude = string.format("%.6f", latitude + radius * math.sin(angle))
  values.lat, values.lon = values.latitude, values.longitude
end

local generators = {
  latitude = place,
  longitude = false,
  lat = place,
  lon = false,
  feed = function() values.feed = FEEDS[math.random(#FEEDS)] end,
  category = function() values.category = CATEGORIES[math.random(#CATEGORIES)] end,
  number = function() values.number = tostring(math.random(1, 1e9)) end,
  rand = function() values.rand = tostring(math.random(1, 1e9)) end,
}
local used = {}

-- "a{b}c" becomes { "a", "b", "c" }: names at even places.
local function split(template)
  local found, from = {}, 1
  for before, name, after in template:gmatch("()%{([%w_]+)%}()") do
    found[#found + 1], found[#found + 2] = template:sub(from, before - 1), name
    if generators[name] then used[#used + 1] = generators[name] end
    from = after
  end
  found[#found + 1] = template:sub(from)
  return found
end

local function fill(template)
  local filled = {}
  for place, part in ipairs(template) do
    filled[place] = place % 2 == 1 and part or values[part] or error("nothing is called " .. part)
  end
  return table.concat(filled)
end

local function fields(line)
  local found = {}
  for field in (line .. "\t"):gmatch("([^\t]*)\t") do found[#found + 1] = field end
  return found
end

function init(arguments)
  for _, argument in ipairs(arguments) do
    local name, value = argument:match("^(%w+)=(.*)$")
    if name == "header" then
      local key, template = value:match("^([^:]+): (.*)$")
      headers[key] = template
    else
      settings[name] = value
    end
  end
  for line in io.lines(settings.cities) do
    local city = fields(line)
    cities[#cities + 1] = { tonumber(city[1]), tonumber(city[2]), tonumber(city[3]) }
  end
  if settings.data then
    for line in io.lines(settings.data) do
      if #columns == 0 then columns = fields(line) else rows[#rows + 1] = line end
    end
  end
  math.randomseed(tonumber(settings.seed))
  next_row = tonumber(settings.skip)
  parts = split(settings.path)
  body_parts = settings.body and split(settings.body)
  for key, template in pairs(headers) do headers[key] = split(template) end
  if body_parts then wrk.headers["Content-Type"] = "application/json" end
end

function request()
  for _, generate in ipairs(used) do generate() end
  if #rows > 0 then
    local row
    if settings.order == "once" then
      row = rows[next_row % #rows + 1]
      next_row = next_row + 1
    else
      row = rows[math.random(#rows)]
    end
    for place, field in ipairs(fields(row)) do values[columns[place]] = field end
  end
  for key, template in pairs(headers) do wrk.headers[key] = fill(template) end
  return wrk.format(settings.method, fill(parts), nil, body_parts and fill(body_parts))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'FIGURES {"requests":%d,"microseconds":%d,"bytes":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
