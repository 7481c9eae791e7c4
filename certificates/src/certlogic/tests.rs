use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{Moment, NotAMoment};

fn evaluate(expression: Json, data: Json) -> Result<Value, Fault> {
    let expression = Expression::read(&expression).unwrap();
    expression.evaluate(&Value::from(&data))
}

fn messages(expression: Json) -> Vec<String> {
    let issues = Expression::read(&expression).unwrap_err();
    issues.into_iter().map(|issue| issue.message).collect()
}

#[test]
fn each_kind_of_value_is_truthy_falsy_or_neither() {
    let truth = |json: Json| Value::from(&json).truth();
    for falsy in [
        json!(null),
        json!(false),
        json!(0),
        json!(""),
        json!([]),
        json!({}),
    ] {
        assert_eq!(truth(falsy.clone()), Some(false), "{falsy}");
    }
    for truthy in [
        json!(true),
        json!(-1),
        json!("0"),
        json!([null]),
        json!({ "a": null }),
    ] {
        assert_eq!(truth(truthy.clone()), Some(true), "{truthy}");
    }
    assert_eq!(truth(json!(0.5)), None);
    assert_eq!(truth(json!(2.0)), Some(true));
    assert_eq!(Value::Moment(Moment::from_millis(0)).truth(), None);
}

#[test]
fn a_condition_that_is_neither_faults() {
    let moment = json!({ "plusTime": ["2021-06-01", 0, "day"] });
    let fault = |operation| Err(Fault::Undecided(operation));
    assert_eq!(
        evaluate(json!({ "if": [moment, 1, 2] }), json!(null)),
        fault("if")
    );
    assert_eq!(evaluate(json!({ "!": [moment] }), json!(null)), fault("!"));
    assert_eq!(
        evaluate(json!({ "and": [moment, 1] }), json!(null)),
        fault("and")
    );
    // The last operand is the value, not a condition.
    let last = evaluate(json!({ "and": [1, moment] }), json!(null)).unwrap();
    assert_eq!(last, Value::Moment(Moment::parse("2021-06-01").unwrap()));
}

#[test]
fn values_of_other_kinds_fault_by_their_operation() {
    let fault = |expression: Json| evaluate(expression, json!({ "a": [1] })).unwrap_err();
    assert_eq!(fault(json!({ "+": [1, "1"] })), Fault::NotIntegers("+"));
    assert_eq!(
        fault(json!({ "<": [1, { "var": "b" }] })),
        Fault::NotIntegers("comparison")
    );
    assert_eq!(
        fault(json!({ "after": ["2021-06-01", "2021-06-01"] })),
        Fault::NotMoments("comparison")
    );
    assert_eq!(fault(json!({ "in": ["a", "abc"] })), Fault::NotAList("in"));
    assert_eq!(
        fault(json!({ "in": [[1], [[1]]] })),
        Fault::NotComparable("in")
    );
    assert_eq!(
        fault(json!({ "===": [{ "var": "a" }, [1]] })),
        Fault::NotComparable("===")
    );
    assert_eq!(
        fault(json!({ "reduce": ["a", 1, 2] })),
        Fault::NotAList("reduce")
    );
    assert_eq!(
        fault(json!({ "plusTime": [1, 1, "day"] })),
        Fault::NotAText("plusTime")
    );
    assert_eq!(
        fault(json!({ "extractFromUVCI": [1, 1] })),
        Fault::NotAText("extractFromUVCI")
    );
    assert_eq!(
        fault(json!({ "dccDateOfBirth": ["04"] })),
        Fault::NotAMoment(NotAMoment("04".to_owned()))
    );
    assert_eq!(fault(json!({ "+": [i64::MAX, 1] })), Fault::OutOfRange("+"));
    assert_eq!(
        fault(json!({ "plusTime": ["2021-06-01", i64::MAX, "hour"] })),
        Fault::OutOfRange("plusTime")
    );
}

#[test]
fn only_the_branch_that_is_taken_is_evaluated() {
    let fails = json!({ "+": ["a", "b"] });
    let evaluated = evaluate(json!({ "if": [false, fails, "other"] }), json!(null));
    assert_eq!(evaluated, Ok(Value::Text("other".to_owned())));
    let evaluated = evaluate(json!({ "and": [0, fails] }), json!(null));
    assert_eq!(evaluated, Ok(Value::Integer(0)));
}

#[test]
fn a_fold_sees_only_itself() {
    let data = json!({ "x": [1, 2, 3], "y": 10 });
    let sum = json!({ "+": [{ "var": "accumulator" }, { "var": "current" }] });
    let fold = |step| evaluate(json!({ "reduce": [{ "var": "x" }, step, 0] }), data.clone());
    assert_eq!(fold(sum), Ok(Value::Integer(6)));
    assert_eq!(fold(json!({ "var": "y" })), Ok(Value::Null));
}

#[test]
fn a_fold_that_doubles_its_list_is_stopped() {
    let twice = json!([{ "var": "accumulator" }, { "var": "accumulator" }]);
    let data = Json::from(vec![0; 100]);
    let fold = evaluate(json!({ "reduce": [{ "var": "" }, twice, []] }), data);
    assert_eq!(fold, Err(Fault::TooManySteps));
}

#[test]
fn every_issue_is_found_with_the_part_it_is_in() {
    let expression = json!({ "if": [null, { "var": 1 }, { "+": [1, 1.5, 2] }] });
    let issues = Expression::read(&expression).unwrap_err();
    let parts: Vec<Json> = issues.into_iter().map(|issue| issue.expression).collect();
    let expected = [
        json!(null),
        json!({ "var": 1 }),
        json!({ "+": [1, 1.5, 2] }),
        json!(1.5),
    ];
    assert_eq!(parts, expected);
}

#[test]
fn operands_are_counted_and_held_to_their_kind() {
    for ill_formed in [
        json!({ "if": [true, 1] }),
        json!({ "and": [true] }),
        json!({ "!": [] }),
        json!({ "<": [1] }),
        json!({ "after": [1, 2, 3, 4] }),
        json!({ "plusTime": ["2021-06-01", "1", "day"] }),
        json!({ "plusTime": ["2021-06-01", 1, "week"] }),
        json!({ "reduce": [[], 1, 2, 3] }),
        json!({ "extractFromUVCI": ["a", 0.5] }),
        json!({ "dccDateOfBirth": [] }),
        json!({ "or": [true, false] }),
    ] {
        assert_eq!(messages(ill_formed.clone()).len(), 1, "{ill_formed}");
    }
}

#[test]
fn what_is_nested_too_deep_is_not_read() {
    let mut deep = json!(true);
    for _ in 0..100 {
        deep = json!({ "!": [deep] });
    }
    assert_eq!(messages(deep), ["nested deeper than 64"]);
}

#[test]
fn it_says_what_it_reads() {
    let expression = json!({ "if": [
        { "var": "payload.r.0" },
        { "reduce": [{ "var": "payload.v" }, { "var": "current.dt" }, { "var": "external.x" }] },
        { "in": [{ "var": "payload.r.0.co" }, []] },
    ] });
    let reads = Expression::read(&expression).unwrap().reads();
    let expected = ["external.x", "payload.r.0", "payload.r.0.co", "payload.v"];
    assert_eq!(reads.into_iter().collect::<Vec<_>>(), expected);
}

/// Operations with any operands, well-formed or not.
fn any_expression() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(Json::from),
        any::<bool>().prop_map(Json::from),
        prop_oneof!["2021-0[0-3]-0[0-9]", "day|year", "[a-z/#:]{0,6}"].prop_map(Json::from),
        prop_oneof!["", "a", "a.0", "accumulator", "current"]
            .prop_map(|path| json!({ "var": path })),
    ];
    leaf.prop_recursive(5, 60, 4, |inner| {
        let operator = prop::sample::select(vec![
            "if",
            "and",
            "!",
            "===",
            "in",
            "+",
            "<",
            ">=",
            "after",
            "not-before",
            "plusTime",
            "reduce",
            "extractFromUVCI",
            "dccDateOfBirth",
            "or",
        ]);
        let operands = prop::collection::vec(inner, 0..4);
        prop_oneof![
            operands.clone().prop_map(Json::from),
            (operator, operands).prop_map(|(operator, operands)| json!({ operator: operands })),
        ]
    })
}

proptest! {
    #[test]
    fn no_expression_makes_reader_or_evaluation_panic(expression in any_expression(), data in any_expression()) {
        if let Ok(expression) = Expression::read(&expression) {
            let _ = expression.evaluate(&Value::from(&data));
        }
    }

    #[test]
    fn the_same_data_gives_the_same_value(expression in any_expression(), data in any_expression()) {
        if let Ok(expression) = Expression::read(&expression) {
            let data = Value::from(&data);
            prop_assert_eq!(expression.evaluate(&data), expression.evaluate(&data));
        }
    }
}
