/* Three VRRP routers of version 3 as kaspec's core has them, for the benchmark of the model checker (tests/bench/exploring.py).

   One tick is a quarter of the interval; Skew_Time is 3, 2 and 1 ticks.  An advertisement takes up to one tick; there is room for one on each
   way, and a later one replaces it.  Two may be lost; once a router crashes, once one is stopped; any that is off may start again. */

#define ROUTERS 3
#define INTERVAL 4
#define SKEW(r) (ROUTERS - (r))
#define DOWN(r) (3 * INTERVAL + SKEW(r))
#define WAY(from, to) ((from) * ROUTERS + (to))

#define NEW 0
#define OFF 1
#define BACKUP 2
#define MASTER 3

/* What is on a way: nothing, or an advertisement of the sender's priority or of 0, and whether it may take another tick. */
#define OWN 2
#define ZERO 4
#define ARRIVES(way) (slot[way] == OWN - 1 || slot[way] == ZERO - 1)

byte started;
byte state[ROUTERS];
byte timer[ROUTERS];
byte slot[9];
byte losses = 2, crashes = 1, stops = 1;

inline send(r, what) {
  if :: r == 0 -> slot[WAY(0, 1)] = what; slot[WAY(0, 2)] = what
     :: r == 1 -> slot[WAY(1, 0)] = what; slot[WAY(1, 2)] = what
     :: r == 2 -> slot[WAY(2, 0)] = what; slot[WAY(2, 1)] = what
  fi
}

inline begin(r) { state[r] = BACKUP; timer[r] = DOWN(r) }

inline hear(from, r) {
  if :: state[r] < BACKUP -> skip
     :: state[r] == BACKUP && slot[WAY(from, r)] >= ZERO - 1 -> timer[r] = SKEW(r)
     :: state[r] == BACKUP && slot[WAY(from, r)] < ZERO - 1 && from > r -> timer[r] = DOWN(r)
     :: state[r] == BACKUP && slot[WAY(from, r)] < ZERO - 1 && from < r -> skip
     :: state[r] == MASTER && slot[WAY(from, r)] >= ZERO - 1 -> timer[r] = INTERVAL; send(r, OWN)
     :: state[r] == MASTER && slot[WAY(from, r)] < ZERO - 1 && from > r -> begin(r)
     :: state[r] == MASTER && slot[WAY(from, r)] < ZERO - 1 && from < r -> send(r, OWN)
  fi;
  slot[WAY(from, r)] = 0
}

#define RUNS(r) (state[r] >= BACKUP)
#define DUE(r) (RUNS(r) && timer[r] == 0)
#define MUST (DUE(0) || DUE(1) || DUE(2) || ARRIVES(1) || ARRIVES(2) || ARRIVES(3) || ARRIVES(5) || ARRIVES(6) || ARRIVES(7))
#define SOMETHING (RUNS(0) || RUNS(1) || RUNS(2) || slot[1] || slot[2] || slot[3] || slot[5] || slot[6] || slot[7])

#define AGE(way) if :: slot[way] -> slot[way] = slot[way] - 1 :: else -> skip fi
#define WAIT(r) if :: RUNS(r) -> timer[r] = timer[r] - 1 :: else -> skip fi

#define HOST(r) \
  :: d_step { started == ROUTERS && DUE(r) -> state[r] = MASTER; timer[r] = INTERVAL; send(r, OWN) } \
  :: d_step { started == ROUTERS && state[r] == OFF -> begin(r) } \
  :: d_step { started == ROUTERS && RUNS(r) && crashes -> crashes--; state[r] = OFF; timer[r] = 0 } \
  :: d_step { started == ROUTERS && RUNS(r) && stops -> stops--; \
              if :: state[r] == MASTER -> send(r, ZERO) :: else -> skip fi; state[r] = OFF; timer[r] = 0 }

#define PATH(from, r) \
  :: d_step { slot[WAY(from, r)] -> hear(from, r) } \
  :: d_step { slot[WAY(from, r)] && losses -> losses--; slot[WAY(from, r)] = 0 }

active proctype world() {
  do
  :: d_step { started < ROUTERS -> begin(started); started++ }
  HOST(0)
  HOST(1)
  HOST(2)
  PATH(0, 1)
  PATH(0, 2)
  PATH(1, 0)
  PATH(1, 2)
  PATH(2, 0)
  PATH(2, 1)
  :: d_step { started == ROUTERS && SOMETHING && !(MUST) ->
       WAIT(0); WAIT(1); WAIT(2); AGE(1); AGE(2); AGE(3); AGE(5); AGE(6); AGE(7) }
  od
}
