package lesson

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"byhand/lab/bench"
)

// prediction is one for a number, and one for a choice.
func prediction(choices bool) Question {
	q := Question{
		Key: "children", Ask: "It starts {1} children and {2} more. How many are there?", Explain: "All count.",
		Number: &Number{Unit: "processes", Why: "It was guessed."},
		Try: &Try{
			Draw:  func(r *rand.Rand) []int { return []int{1 + r.IntN(100), 1 + r.IntN(100)} },
			Shell: func(*bench.Bench, []int) string { return "echo 3" },
			Traps: func(drawn []int) []Trap { return []Trap{{Is: drawn[0], Why: "The others count too."}} },
		},
	}
	if choices {
		q.Number = nil
		q.Choices = []Choice{{Text: "one", Shows: "^1$", Why: "a"}, {Text: "two", Shows: "^2$"}, {Text: "more", Shows: "^[3-9]$", Why: "b"}, {Text: "none", Shows: "^0$", Why: "c"}}
	}
	return q
}

func TestPose(t *testing.T) {
	q := prediction(true)
	first := q.Pose(7)
	if again := q.Pose(7); again.Ask != first.Ask || !slices.Equal(again.Choices, first.Choices) || !slices.Equal(again.Drawn, first.Drawn) {
		t.Errorf("Pose(7) = %+v, and then %+v; want the same twice", first, again)
	}
	if strings.Contains(first.Ask, "{") {
		t.Errorf("Pose(7).Ask = %q; want the numbers in it", first.Ask)
	}
	asks, orders := map[string]bool{}, map[string]bool{}
	for seed := range uint64(20) {
		posed := q.Pose(seed)
		asks[posed.Ask] = true
		order := ""
		for _, c := range posed.Choices {
			order += c.Text
		}
		orders[order] = true
		if seed == 0 && order != "onetwomorenone" {
			t.Errorf("Pose(0) has the order %q; want the lesson's own", order)
		}
	}
	if len(asks) < 10 || len(orders) < 10 {
		t.Errorf("20 seeds give %d texts and %d orders; want 10 and more", len(asks), len(orders))
	}
	if q.Choices[0].Text != "one" || !strings.Contains(q.Ask, "{1}") {
		t.Errorf("Pose has changed the question itself: %+v", q)
	}
	number := prediction(false)
	posed := number.Pose(3)
	if why := posed.Number.Wrong(posed.Drawn[0]); why != "The others count too." || len(number.Number.Traps) > 0 {
		t.Errorf("Wrong(%d) = %q, and the lesson's own traps are %v; want the trap, and none", posed.Drawn[0], why, number.Number.Traps)
	}
}

func TestSettle(t *testing.T) {
	for _, test := range []struct {
		choices bool
		output  string
		pick    int
		want    bool
		err     string
	}{
		{true, "a line\n2\n", 1, true, ""},
		{true, " 2 ", 0, false, ""},
		{true, "5", 2, true, ""},
		{true, "x", 0, false, `0 choices foresee what was printed: "x"`},
		{true, "", 0, false, `0 choices foresee`},
		{false, "a line\n12\n", 12, true, ""},
		{false, "12", 11, false, ""},
		{false, "12 of them", 0, false, "is no number"},
	} {
		q := prediction(test.choices).Pose(0)
		if q.Right([]int{test.pick}) {
			t.Errorf("before it was tried out, %d is right; want nothing to be", test.pick)
		}
		got, err := q.Settle(Seen{Output: test.output})
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("Settle(%q) = %v; want %q", test.output, err, test.err)
		}
		if err == nil && got.Right([]int{test.pick}) != test.want {
			t.Errorf("after %q, %d is right: %v; want %v", test.output, test.pick, !test.want, test.want)
		}
	}
}

func TestNumberIsRightWithin(t *testing.T) {
	for _, test := range []struct {
		is, within, answer int
		want               bool
	}{
		{20, 0, 20, true}, {20, 0, 21, false}, {20, 10, 18, true}, {20, 10, 22, true}, {20, 10, 17, false},
		{0, 10, 0, true}, {0, 10, 1, false}, {-20, 10, -22, true}, {20, 10, -20, false},
	} {
		q := Question{Number: &Number{Is: test.is, Within: test.within}}
		if got := q.Right([]int{test.answer}); got != test.want {
			t.Errorf("%d for %d within %d %%: Right = %v; want %v", test.answer, test.is, test.within, got, test.want)
		}
	}
}

func TestValidateQuestion(t *testing.T) {
	good := Question{Key: "k", Ask: "a", Explain: "e", Choices: []Choice{{Text: "1", Right: true}, {Text: "2", Why: "w"}, {Text: "3", Why: "w"}}}
	for _, test := range []struct {
		name string
		q    func(Question) Question
		err  string
	}{
		{"choices", func(q Question) Question { return q }, ""},
		{"no key", func(q Question) Question { q.Key = ""; return q }, "key"},
		{"two choices", func(q Question) Question { q.Choices = q.Choices[:2]; return q }, "2 choices"},
		{"none right", func(q Question) Question {
			q.Choices = q.Choices[1:]
			q.Choices = append(q.Choices, q.Choices[0])
			return q
		}, "0 of 3"},
		{"a prediction of a number", func(Question) Question { return prediction(false) }, ""},
		{"a prediction of a choice", func(Question) Question { return prediction(true) }, ""},
		{"a prediction that knows", func(Question) Question { q := prediction(true); q.Choices[1].Right = true; return q }, "beforehand"},
		{"a prediction not foreseen", func(Question) Question { q := prediction(true); q.Choices[1].Shows = ""; return q }, "what would show it"},
		{"a prediction without commands", func(Question) Question { q := prediction(false); q.Try = &Try{}; return q }, "how"},
		{"a number without a unit", func(Question) Question { q := prediction(false); q.Number.Unit = ""; return q }, "unit"},
		{"a number and choices", func(q Question) Question { q.Number = &Number{Unit: "u", Why: "w"}; return q }, "no choices"},
	} {
		q := good
		q.Choices = slices.Clone(good.Choices)
		err := test.q(q).Validate()
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: Validate = %v; want %q", test.name, err, test.err)
		}
	}
}
