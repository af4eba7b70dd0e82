package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupVerdictsTest {
    /** Counted from lines that were read back, as from the fits themselves. */
    @Test
    void groupsWithoutAFitAreCountedAndTellWhatBroke() throws Exception {
        GroupFit ofItsRows = GroupFit.failed("a", 0, 3, "column x is constant", false);
        GroupFit broken = GroupFit.failed("b", 1, 3, "the device is lost", true);
        assertThat(ofItsRows.line()).doesNotContain("broken");
        assertThat(broken.line()).endsWith(",\"error\":\"the device is lost\",\"broken\":true}\n");
        for (GroupFit each : List.of(ofItsRows, broken)) {
            assertThat(GroupFit.read(each.line())).isEqualTo(each);
        }
        GroupVerdicts one = GroupVerdicts.of(List.of(ofItsRows));
        assertThat(one.isBroken()).isFalse();
        assertThat(one.worst()).isEqualTo(Verdict.DO_NOT_TRUST);
        one.add(GroupFit.read(broken.line()));
        assertThat(one.isBroken()).isTrue();
        assertThat(one.inWords()).isEqualTo("2 groups: 2 no fit");
        assertThat(new GroupVerdicts().worst()).isEqualTo(Verdict.GOOD);
    }
}
