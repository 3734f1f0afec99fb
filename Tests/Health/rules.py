"""The health.d of the differential test: every key, every kind of lookup, every shape of delay, on the charts of
script.py."""

# Method of a lookup → its thresholds on test.ramp, far enough from each other that no evaluation misses what is
# between.
METHODS = {"average": (70, 100), "sum": (600, 900), "min": (60, 90), "max": (70, 105), "median": (65, 95), "stddev": (70, 100),
           "incremental_sum": (5, 100)}

STEPS = """template: step_calc
      on: test.step
   class: Utilization
    type: System
component: Test
    calc: $low + $mid
   units: widgets
   every: 2s
    warn: $this > (($status >= $WARNING) ? (5) : (10))
    crit: $this > (($status == $CRITICAL) ? (90) : (100))
    info: steps of $family on $label:inst , $label:nothing and $family
      to: sysadmin webmaster

template: step_delay
      on: test.step
    calc: $low
   every: 2s
    warn: $this > 10
    crit: $this > 100
   delay: up 4s down 9s multiplier 1.5 max 30s
      to: dba

template: step_down_only
      on: test.step
    calc: $mid
   every: 3s
    warn: $this > 10
   delay: down 8s
      to: silent

template: step_quiet
      on: test.step
    calc: $high
   every: 2s
    warn: $this > 10
 options: no-clear-notification

template: step_exec
      on: test.step
    calc: $low
   every: 5s
    crit: $this > 100
    exec: EXEC
      to: somebody

   alarm: step_alarm
      on: test.step
    calc: ${low}+$mid + abs($high)
   every: 1s
    warn: $this > 10 AND $mid != nan
    crit: $step_calc > 100 OR $this > 1000
   green: 10
     red: 90

template: step_alarm
      on: test.step
    calc: 1
   every: 1s

template: step_colours
      on: test.step
    calc: $green + $red
   every: 4s
   green: 1
     red: 2
    warn: $this > 100
    crit: $nosuch > 1

template: step_undefined
      on: test.step
    calc: $nosuch + 1
   every: 5s
    warn: $this > 1

template: step_never
      on: test.step
    calc: $nosuch + 1
   every: 5s
    warn: $nosuch + 1
    crit: $this == 3

template: step_continued
      on: test.step
    calc: $low \\
          + $mid
   every: 2s
    warn: ($this > 10) ? \\
          (1) : (0)

template: step_repeat
      on: test.step
    calc: $low
   every: 2s
    warn: $this > 10
    crit: $this > 100
  repeat: warning 7s critical 5s
      to: repeated

template: step_os
      on: test.step
      os: linux freebsd
    calc: $low
   every: 7s
    warn: $this > 10

template: step_other_os
      on: test.step
      os: macos
    calc: $low
   every: 7s
    warn: $this > 10

template: step_hosts
      on: test.step
   hosts: !other* real*
    calc: $low
   every: 7s
    warn: $this > 10

template: step_labels
      on: test.step
host labels: _os_name = Deb*
    calc: $low
   every: 7s
    warn: $this > 10

template: step_plugin
      on: test.step
  plugin: test.pl*
  module: te*
    calc: $low
   every: 7s
    warn: $this > 10

template: step_other_plugin
      on: test.step
  plugin: proc.plugin
    calc: $low
   every: 7s
    warn: $this > 10

template: step_family
      on: test.step
families: !other* fam*
  charts: test.st*
    calc: $low
   every: 7s
    warn: $this > 10
"""

LOOKUPS = "".join(f"""template: look_{method}
      on: test.ramp
  lookup: {method} -10s unaligned of up
   every: 5s
    warn: $this > {warning}
    crit: $this > {critical}

""" for method, (warning, critical) in METHODS.items()) + """template: look_aligned
      on: test.ramp
  lookup: average -20s of up
    warn: $this > 70

template: look_at
      on: test.ramp
  lookup: average -10s at -10s unaligned absolute of down
   every: 5s
    warn: $this > 70

template: look_percentage
      on: test.ramp
  lookup: average -10s unaligned percentage of up
   every: 5s
   units: %
    warn: $this > 60

template: look_min2max
      on: test.ramp
  lookup: max -10s unaligned min2max
   every: 5s
    warn: $this > 70

template: look_null
      on: test.gap
  lookup: average -5s unaligned null2zero of v
   every: 5s
    warn: $this < 5

template: look_gap
      on: test.gap
  lookup: average -5s unaligned of v
   every: 5s
    warn: $this > 5

template: look_all
      on: test.ramp
  lookup: sum -10s unaligned of all
   every: 5s
    calc: $this / ($before - $after + 1)
    warn: $this > 1000

template: look_ids
      on: test.dims
  lookup: average -5s unaligned match-ids of d1,d2
   every: 5s
    warn: $this > 10

template: look_names
      on: test.dims
  lookup: average -5s unaligned match-names of first|second
   every: 5s
    warn: $this > 10

template: each
      on: test.dims
  lookup: average -5s unaligned foreach d*,!d2
   every: 5s
    warn: $this > 10
    info: each dimension

template: spike
      on: test.spike
  lookup: max -10s unaligned
   every: 5s
    warn: $this > 100
    crit: $this > 450
   delay: up 2s down 15s multiplier 2 max 60s
"""

OTHERS = """template: gone
      on: test.gap
    calc: $now - $last_collected_t
   units: seconds ago
   every: 2s
    warn: $this > (($status >= $WARNING) ? ($update_every) : (5 * $update_every))
    crit: $this > 18
   delay: down 5s

template: rate
      on: test.counter
    calc: $c
   units: c/s
   every: 2s
    warn: $this > 60

template: raw
      on: test.counter
    calc: $c_raw
   every: 3s
    warn: $this < 0

template: whole
      on: test.whole
    calc: $v
   every: 2s
    warn: $this > 10

template: five
      on: test.five
    calc: $v
   every: 1s
    warn: $this > 10

   alarm: renamed
      on: test.another
    calc: $v
   every: 2s
    warn: $this > 10

template: variable
      on: test.var
    calc: $limit - $v
   every: 2s
    warn: $this < 10

template: host_variable
      on: test.var
    calc: $ceiling
   every: 2s
    warn: $this > 10

template: of_others
      on: test.var
    calc: ${test.step.low} + $test.whole.v + $only
   every: 2s
    warn: $this > 10 && $whole < 1000

template: late
      on: test.late
    calc: $v
   every: 2s
    warn: $this > 10
   units: seconds

template: words
      on: test.late
    calc: $v
   units: on/off
   every: 2s
    warn: $this > 10

 12ab d: odd
template: 1odd-name x
      on: test.late
   class: "Quoted" 'class'
    calc: $v * 60
   units: minutes ago
   every: 2s
    warn: $this > 100000
    info: it's "quoted"
  unknown: key
"""


def files(handler):
    """What both sides get. `handler` is their own."""
    return {"steps.conf": STEPS.replace("EXEC", handler), "lookups.conf": LOOKUPS, "others.conf": OTHERS}


def changed(handler):
    """What becomes of them in the middle of the run: other thresholds, one rule less, one more."""
    steps = STEPS.replace("(5) : (10)", "(3) : (15)").replace("template: step_os\n", "template: step_system\n")
    return {"steps.conf": steps.replace("EXEC", handler)}
