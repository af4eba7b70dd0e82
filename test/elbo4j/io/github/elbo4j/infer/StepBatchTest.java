package io.github.elbo4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.model.LogJoint;
import java.util.ArrayList;
import java.util.List;

class StepBatchTest {
    /** Each by itself, so that all steps of one are taken without any other's. */
    @EveryDevice
    void allHaveTheirBitsAloneWhateverTheFamily(Device device) {
        for (boolean isLogistic : new boolean[] {true, false}) {
            Tournament tournament = new Tournament(
                            Sgvi.builder().starts(0).maxSteps(150).draws(8).tolerance(1e-9))
                    .families(Family.meanField(), Family.lowRank(1), Family.fullRank())
                    .starts(2);
            try (LogJoint joint = MethodCases.joint(device, isLogistic)) {
                SgviSettings settings = tournament.settings;
                List<FitResult> alone = new ArrayList<>();
                List<SgviRun> runs = new ArrayList<>();
                for (Family family : tournament.families(joint)) {
                    for (double rate : new double[] {0.1, 0.00625}) {
                        SgviSettings own = tournament.settings(joint, family, tournament.place(device, joint, 2), rate);
                        alone.add(Sgvi.of(own).fit(device, joint));
                        runs.add(new SgviRun(own, device, joint, new TrailRecorder()));
                    }
                }
                for (long workspace : new long[] {settings.workspaceBytes, 1}) { // the second has room for none
                    together(device, joint, workspace, runs);
                }
                for (int i = 0; i < runs.size(); i++) {
                    FitResult one = runs.get(i).result();
                    assertThat(one.trail())
                            .as("%s %d", one.family(), i)
                            .isEqualTo(alone.get(i).trail());
                    assertThat(one.posterior()).isEqualTo(alone.get(i).posterior());
                    assertThat(one.trace()).isEqualTo(alone.get(i).trace());
                    assertThat(one.draws()).isEqualTo(alone.get(i).draws());
                }
                runs.forEach(SgviRun::close);
            }
        }
    }

    /** Up to step 70, or to the end. */
    private static void together(Device device, LogJoint joint, long workspace, List<SgviRun> runs) {
        try (StepBatch batch = new StepBatch(device, joint, workspace)) {
            List<SgviRun> going = new ArrayList<>(runs);
            boolean isFirst = runs.get(0).standing().steps() == 0;
            while (true) {
                going.removeIf(
                        each -> !each.toStep() || (isFirst && each.standing().steps() >= 70));
                if (going.isEmpty()) {
                    return;
                }
                batch.step(going);
                going.forEach(SgviRun::tookStep);
            }
        }
    }
}
