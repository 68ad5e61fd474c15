-- For wrk: sends every path of a file once, in order, and ends when all are answered.
--
--   wrk ... -s bench_wrk.lua URL -- PATHS THREADS CONNECTIONS MARKER
--
-- The last line of the output, after `BENCH `, is JSON: times in seconds and microseconds.
-- Each thread that has its answers adds a line to MARKER: whoever started wrk then interrupts it,
-- since wrk itself sleeps until the end of its duration.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } bench_time;
int clock_gettime(int clock, bench_time *time);
typedef struct { uint64_t count, limit, min, max, data[]; } bench_stats;
]]
local MONOTONIC = 1

local function now()
  local time = ffi.new("bench_time")
  ffi.C.clock_gettime(MONOTONIC, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local all_threads = {}

function setup(thread)
  thread:set("thread_number", #all_threads)
  table.insert(all_threads, thread)
end

local paths, marker = {}, nil
local open_connections, sent = 0, 0
local is_verified = false
-- Globals, so that `done`, which runs in a Lua state of its own, can read them.
started, ended, path_count = 0, 0, 0
connections = 0

function init(args)
  local threads = tonumber(args[2])
  connections = tonumber(args[3])
  open_connections = math.floor(connections / threads)
  marker = args[4]
  local number = 0
  for path in io.lines(args[1]) do
    if number % threads == thread_number then table.insert(paths, path) end
    number = number + 1
  end
  path_count = #paths
  -- wrk asks the first thread for one request that it never sends.
  is_verified = thread_number ~= 0
end

function request()
  if not is_verified then
    is_verified = true
    return wrk.format("GET", paths[1])
  end
  if sent == 0 then started = now() end
  sent = sent + 1
  if sent <= path_count then return wrk.format("GET", paths[sent]) end
  -- This connection has its last answer. It sends nothing more; with the last connection, all
  -- answers are there.
  open_connections = open_connections - 1
  if open_connections == 0 then
    ended = now()
    local file = io.open(marker, "a")
    file:write("done\n")
    file:close()
    wrk.thread:stop()
  end
  return ""
end

-- wrk adds latencies that it did not measure, for requests that a client with a fixed rate would
-- have sent while an answer was slow. There is no fixed rate here, so they are taken out again.
local function measured_only(stats, interval)
  local n = tonumber(stats.max)
  local low = tonumber(stats.min)
  while n >= 2 * interval and n >= low do
    local count = stats.data[n]
    if count > 0 then
      local m = n - interval
      while m > interval do
        stats.data[m] = stats.data[m] - count
        m = m - interval
      end
    end
    n = n - 1
  end
end

local function quantile(stats, total, share)
  local wanted, seen = math.ceil(total * share), 0
  for n = 0, tonumber(stats.max) do
    seen = seen + tonumber(stats.data[n])
    if seen >= wanted then return n end
  end
  return tonumber(stats.max)
end

function done(summary, latency)
  local first, last, asked, all = math.huge, 0, 0, 0
  for _, thread in ipairs(all_threads) do
    first = math.min(first, thread:get("started"))
    last = math.max(last, thread:get("ended"))
    if thread:get("ended") == 0 then all = math.huge end
    asked = asked + thread:get("path_count")
    connections = thread:get("connections")
  end
  -- Not through the list: the duration of wrk is the time of the measurement.
  local seconds = summary.duration / 1e6
  if all == 0 then seconds = last - first end
  local stats = ffi.cast("bench_stats **", latency)[0]
  local rounds = math.floor(summary.requests / connections)
  if rounds > 0 then measured_only(stats, math.floor(summary.duration / rounds)) end
  local total = 0
  for n = 0, tonumber(stats.max) do total = total + tonumber(stats.data[n]) end
  local errors = summary.errors
  io.write(string.format(
    'BENCH {"seconds": %.6f, "asked": %d, "answered": %d, "bytes": %d, "recorded": %d, '
      .. '"p50_us": %d, "p99_us": %d, "max_us": %d, "status": %d, "timeout": %d, "socket": %d, "whole": %s}\n',
    seconds, asked, summary.requests, summary.bytes, total,
    quantile(stats, total, 0.5), quantile(stats, total, 0.99), tonumber(stats.max),
    errors.status, errors.timeout, errors.connect + errors.read + errors.write,
    all == 0 and "true" or "false"))
end
